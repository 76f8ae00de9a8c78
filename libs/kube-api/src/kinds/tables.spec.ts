import { testCluster } from '../testdata/cluster.js';
import type { KubeObject } from '../types.js';

const start = '2024-09-22T10:13:20Z';
const object = (name: string, content: object, metadata: object = {}): KubeObject =>
  ({ metadata: { name, namespace: 'default', creationTimestamp: start, ...metadata }, ...content }) as unknown as KubeObject;

const port = { port: 9000, protocol: 'TCP' };
const address = (ip: string): object => ({ ip });
const template = {
  spec: {
    containers: [
      { name: 'c', image: 'nginx' },
      { name: 'd', image: 'busybox' },
    ],
  },
};

/** One object of each kind and the row that `kubectl get -o wide` prints of it 45 seconds later. */
const rows: [string, KubeObject, (string | number)[]][] = [
  [
    'services',
    object('svc', { spec: { type: 'ClusterIP', clusterIPs: ['10.200.1.206'], ports: [port], selector: { b: '1', a: '2' } } }),
    ['svc', 'ClusterIP', '10.200.1.206', '<none>', '9000/TCP', '45s', 'a=2,b=1'],
  ],
  [
    'services',
    object('np', {
      spec: {
        type: 'NodePort',
        clusterIPs: ['10.200.1.9'],
        externalIPs: ['1.2.3.4'],
        ports: [
          { ...port, nodePort: 30000 },
          { port: 53, protocol: 'UDP' },
        ],
      },
    }),
    ['np', 'NodePort', '10.200.1.9', '1.2.3.4', '9000:30000/TCP,53/UDP', '45s', '<none>'],
  ],
  [
    'services',
    object('lb', { spec: { type: 'LoadBalancer', clusterIPs: ['10.200.1.9'], ports: [port] } }),
    ['lb', 'LoadBalancer', '10.200.1.9', '<pending>', '9000/TCP', '45s', '<none>'],
  ],
  [
    'services',
    object('ext', { spec: { type: 'ExternalName', externalName: 'example.com' } }),
    ['ext', 'ExternalName', '<none>', 'example.com', '<none>', '45s', '<none>'],
  ],
  [
    'endpoints',
    object('svc', { subsets: [{ addresses: ['10.10.1.2', '10.10.2.2', '10.10.3.2'].map(address), ports: [{ port: 80 }] }] }),
    ['svc', '10.10.1.2:80,10.10.2.2:80,10.10.3.2:80', '45s'],
  ],
  [
    'endpoints',
    object('svc', { subsets: [{ addresses: Array.from({ length: 12 }, (_, i) => address(`10.0.0.${i}`)), ports: [{ port: 80 }] }] }),
    ['svc', '10.0.0.0:80,10.0.0.1:80,10.0.0.2:80 + 9 more...', '45s'],
  ],
  ['endpoints', object('svc', {}), ['svc', '<none>', '45s']],
  [
    'endpointslices',
    object('svc-x', {
      addressType: 'IPv4',
      ports: [{ port: 80 }],
      endpoints: ['10.10.1.2', '10.10.3.2', '10.10.2.2'].map((ip) => ({ addresses: [ip] })),
    }),
    ['svc-x', 'IPv4', '80', '10.10.1.2,10.10.3.2,10.10.2.2', '45s'],
  ],
  [
    'endpointslices',
    object('svc-y', { addressType: 'IPv4', ports: null, endpoints: null }),
    ['svc-y', 'IPv4', '<unset>', '<unset>', '45s'],
  ],
  [
    'nodes',
    object(
      'n',
      {
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          addresses: [{ type: 'InternalIP', address: '172.18.0.2' }],
          nodeInfo: {
            kubeletVersion: 'v1.31.0',
            osImage: 'Debian GNU/Linux 12 (bookworm)',
            kernelVersion: '6.10.4-linuxkit',
            containerRuntimeVersion: 'containerd://1.7.18',
          },
        },
      },
      { labels: { 'node-role.kubernetes.io/control-plane': '' } },
    ),
    [
      'n',
      'Ready,SchedulingDisabled',
      'control-plane',
      '45s',
      'v1.31.0',
      '172.18.0.2',
      '<none>',
      'Debian GNU/Linux 12 (bookworm)',
      '6.10.4-linuxkit',
      'containerd://1.7.18',
    ],
  ],
  [
    'deployments',
    object('d', {
      spec: { replicas: 3, template, selector: { matchLabels: { app: 'd' } } },
      status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 2 },
    }),
    ['d', '2/3', 3, 2, '45s', 'c,d', 'nginx,busybox', 'app=d'],
  ],
  [
    'replicasets',
    object('r', { spec: { replicas: 3, template }, status: { replicas: 3, readyReplicas: 1 } }),
    ['r', 3, 3, 1, '45s', 'c,d', 'nginx,busybox', '<none>'],
  ],
  [
    'daemonsets',
    object('ds', {
      spec: { template: { spec: { ...template.spec, nodeSelector: { 'kubernetes.io/os': 'linux' } } } },
      status: { desiredNumberScheduled: 4, currentNumberScheduled: 4, numberReady: 4, updatedNumberScheduled: 4, numberAvailable: 4 },
    }),
    ['ds', 4, 4, 4, 4, 4, 'kubernetes.io/os=linux', '45s', 'c,d', 'nginx,busybox', '<none>'],
  ],
  ['namespaces', object('ns', { status: { phase: 'Active' } }), ['ns', 'Active', '45s']],
  ['configmaps', object('cm', { data: { a: '1' }, binaryData: { b: 'eA==' } }), ['cm', 2, '45s']],
  ['secrets', object('s', { type: 'Opaque', data: { a: 'eA==' } }), ['s', 'Opaque', 1, '45s']],
  ['serviceaccounts', object('default', {}), ['default', 0, '45s']],
  ['leases', object('n', { spec: { holderIdentity: 'n' } }), ['n', 'n', '45s']],
  [
    'storageclasses',
    object(
      'standard',
      { provisioner: 'rancher.io/local-path', volumeBindingMode: 'WaitForFirstConsumer' },
      { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    ),
    ['standard (default)', 'rancher.io/local-path', 'Delete', 'WaitForFirstConsumer', 'false', '45s'],
  ],
  [
    'events',
    object('e.1', {
      type: 'Normal',
      reason: 'Created',
      message: 'Created container c\n',
      count: 2,
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{c}' },
      source: { component: 'kubelet', host: 'n' },
      firstTimestamp: start,
      lastTimestamp: '2024-09-22T10:14:00Z',
    }),
    ['5s', 'Normal', 'Created', 'pod/p', 'spec.containers{c}', 'kubelet, n', 'Created container c', '45s', 2, 'e.1'],
  ],
];

describe('table', () => {
  const { sim, api } = testCluster();
  it.each(rows)('of %s', (resource, item, cells) => {
    const table = api.table(resource, [item], sim.nowUs + 45_000_000);
    expect(table.rows[0]!.cells).toEqual(cells);
    expect(table.columns).toHaveLength(cells.length);
  });

  it('of pods shows restarts with the time of the last one, and hides the wide columns', () => {
    const status = {
      phase: 'Running',
      podIPs: [{ ip: '10.10.1.2' }],
      containerStatuses: [
        {
          name: 'c',
          ready: true,
          restartCount: 2,
          state: { running: {} },
          lastState: { terminated: { exitCode: 1, finishedAt: '2024-09-22T10:13:25Z' } },
        },
      ],
    };
    const table = api.table(
      'pods',
      [object('p', { spec: { nodeName: 'n', containers: [{ name: 'c' }] }, status })],
      sim.nowUs + 45_000_000,
    );
    expect(table.rows[0]!.cells).toEqual(['p', '1/1', 'Running', '2 (40s ago)', '45s', '10.10.1.2', 'n', '<none>', '<none>']);
    expect(table.columns.filter(({ priority }) => priority === 0).map(({ name }) => name)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
    ]);
  });

  it('is there for every resource', () => {
    for (const resource of api.resources.all)
      expect(api.table(resource, []).columns[0]!.name).toBe(resource.kind === 'Event' ? 'Last Seen' : 'Name');
  });
});
