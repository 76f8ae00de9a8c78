import { must, SmallCluster } from '../testdata/small-cluster.js';

const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';

describe('EndpointSlice and Endpoints controllers', () => {
  it('turns the placeholder of a new Service into its first real slice', () => {
    const cluster = new SmallCluster();
    const service = cluster.service('svc-clusterip');
    cluster.sim.settle();
    const [placeholder] = cluster.slices('svc-clusterip');
    expect(placeholder!['endpoints'] ?? []).toEqual([]);
    expect(placeholder!.metadata.name).toMatch(/^svc-clusterip-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(placeholder!.metadata).toMatchObject({
      generateName: 'svc-clusterip-',
      generation: 1,
      labels: {
        team: 'a',
        'kubernetes.io/service-name': 'svc-clusterip',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      annotations: { [TRIGGER]: service.metadata.creationTimestamp },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name: 'svc-clusterip', uid: service.metadata.uid, controller: true, blockOwnerDeletion: true },
      ],
    });
    expect(cluster.get('endpoints', 'default', 'svc-clusterip')['subsets']).toBeUndefined();

    for (const number of [1, 2, 3]) cluster.pod(`webpod${number}`, { nodeName: `node-${number}` });
    cluster.sim.settle();
    const slices = cluster.slices('svc-clusterip');
    expect(slices.map(({ metadata }) => metadata.name)).toEqual([placeholder!.metadata.name]);
    expect(slices[0]!.metadata.generation).toBe(4);
    expect(slices[0]!['ports']).toEqual([{ name: 'svc-webport', port: 80, protocol: 'TCP' }]);
    expect(slices[0]!['endpoints'].map(({ addresses }: { addresses: string[] }) => addresses[0]).toSorted()).toEqual([
      '10.10.1.2',
      '10.10.2.2',
      '10.10.3.2',
    ]);
    const uid = cluster.get('pods', 'default', 'webpod1').metadata.uid;
    expect(slices[0]!['endpoints']).toContainEqual({
      addresses: ['10.10.1.2'],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-1',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'webpod1', uid },
    });
    const [subset] = cluster.get('endpoints', 'default', 'svc-clusterip')['subsets'];
    expect(subset.addresses.map(({ ip }: { ip: string }) => ip)).toEqual(['10.10.1.2', '10.10.2.2', '10.10.3.2']);
    expect(subset.ports).toEqual([{ name: 'svc-webport', port: 80, protocol: 'TCP' }]);
  });

  it('marks a terminating pod in the slice and drops it from Endpoints at once', () => {
    const cluster = new SmallCluster();
    cluster.service('web');
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.settle();
    must(cluster.api.delete('pods', 'default', 'webpod1', { gracePeriodSeconds: 30 }));
    cluster.sim.drainWork();
    expect(cluster.slices('web')[0]!['endpoints'][0].conditions).toEqual({ ready: false, serving: true, terminating: true });
    expect(cluster.get('endpoints', 'default', 'web')['subsets']).toBeUndefined();
    cluster.sim.settle();
    expect(cluster.slices('web')[0]!['endpoints'] ?? []).toEqual([]);
  });

  it('takes the trigger time away when a write has no newer cause', () => {
    const cluster = new SmallCluster();
    cluster.service('web');
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.settle();
    const readySince = cluster
      .get('pods', 'default', 'webpod1')
      .status!['conditions'].find(({ type }: { type: string }) => type === 'Ready').lastTransitionTime;
    expect(cluster.slices('web')[0]!.metadata.annotations![TRIGGER]).toBe(readySince);
    must(cluster.api.patch('services', 'default', 'web', 'merge', { metadata: { labels: { team: 'b' } } }));
    cluster.sim.settle();
    expect(cluster.slices('web')[0]!.metadata.labels!['team']).toBe('b');
    expect(cluster.slices('web')[0]!.metadata.annotations?.[TRIGGER]).toBeUndefined();
  });

  it('puts back a slice that somebody deleted, a second later', () => {
    const cluster = new SmallCluster();
    cluster.service('web');
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.settle();
    must(cluster.api.delete('endpointslices', 'default', cluster.slices('web')[0]!.metadata.name));
    cluster.sim.drainWork();
    expect(cluster.slices('web')).toEqual([]);
    expect(cluster.sim.settle().advancedUs).toBe(1_000_000);
    expect(cluster.slices('web')[0]!['endpoints']).toHaveLength(1);
  });

  it('splits by resolved target port and leaves out a port that the pod does not declare', () => {
    const cluster = new SmallCluster();
    const ports = [
      { name: 'a', port: 80, targetPort: 'http' },
      { name: 'b', port: 81, targetPort: 'admin' },
    ];
    cluster.service('web', { ports });
    cluster.pod('one', { nodeName: 'node-1' });
    const containers = [
      {
        name: 'c',
        image: 'nginx',
        ports: [
          { name: 'http', containerPort: 8080 },
          { name: 'admin', containerPort: 9000 },
        ],
      },
    ];
    cluster.pod('two', { nodeName: 'node-2', spec: { containers } });
    cluster.sim.settle();
    const numbers = cluster.slices('web').map((slice) => slice['ports'].map(({ port }: { port: number }) => port).toSorted());
    expect(numbers.toSorted()).toEqual([[80], [8080, 9000]].toSorted());
  });

  it('hints ready endpoints to their own zone when traffic shall stay close', () => {
    const cluster = new SmallCluster();
    must(cluster.api.patch('nodes', undefined, 'node-1', 'merge', { metadata: { labels: { 'topology.kubernetes.io/zone': 'zone-a' } } }));
    cluster.service('web', { trafficDistribution: 'PreferClose' });
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.settle();
    expect(cluster.slices('web')[0]!['endpoints'][0]).toMatchObject({ zone: 'zone-a', hints: { forZones: [{ name: 'zone-a' }] } });
    must(cluster.api.patch('services', 'default', 'web', 'merge', { spec: { trafficDistribution: null } }));
    cluster.sim.settle();
    expect(cluster.slices('web')[0]!['endpoints'][0].hints).toBeUndefined();
  });

  it('does nothing for a Service without selector, and cleans up after a deleted one', () => {
    const cluster = new SmallCluster();
    cluster.service('by-hand', { selector: undefined });
    cluster.service('web');
    cluster.sim.settle();
    expect(cluster.slices('by-hand')).toEqual([]);
    expect(cluster.api.get('endpoints', 'default', 'by-hand')).toBeUndefined();
    expect(cluster.slices('web')).toHaveLength(1);
    must(cluster.api.delete('services', 'default', 'web'));
    cluster.sim.settle();
    expect(cluster.slices('web')).toEqual([]);
    expect(cluster.api.get('endpoints', 'default', 'web')).toBeUndefined();
  });
});
