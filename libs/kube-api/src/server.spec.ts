import { cloneJson, Sim, type Result } from '@svclab/sim';
import { ApiServer } from './server.js';
import { testCluster } from './testdata/cluster.js';
import type { KubeObject, Status, WatchEvent } from './types.js';

const pod = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'webpod' } },
  spec: { nodeName: 'myk8s-worker', containers: [{ name: 'container', image: 'traefik/whoami' }], ...spec },
});

function value<T>(result: Result<T, Status>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const message = (result: Result<unknown, Status>): string => (result.ok ? 'accepted' : result.error.message);

describe('create', () => {
  it('stores a pod as `kubectl get pod -o yaml` of a 1.31 cluster shows it', () => {
    const { api } = testCluster();
    const stored = value(api.create('pods', pod('webpod1', { terminationGracePeriodSeconds: 0 })));
    const token = stored.spec!['volumes'][0].name as string;
    expect(token).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(stored).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'webpod1',
        namespace: 'default',
        labels: { app: 'webpod' },
        uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/) as string,
        resourceVersion: '7',
        creationTimestamp: '2024-09-22T10:13:20Z',
      },
      spec: {
        containers: [
          {
            name: 'container',
            image: 'traefik/whoami',
            imagePullPolicy: 'Always',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', name: token, readOnly: true }],
          },
        ],
        dnsPolicy: 'ClusterFirst',
        enableServiceLinks: true,
        nodeName: 'myk8s-worker',
        preemptionPolicy: 'PreemptLowerPriority',
        priority: 0,
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        serviceAccount: 'default',
        serviceAccountName: 'default',
        terminationGracePeriodSeconds: 0,
        tolerations: [
          { effect: 'NoExecute', key: 'node.kubernetes.io/not-ready', operator: 'Exists', tolerationSeconds: 300 },
          { effect: 'NoExecute', key: 'node.kubernetes.io/unreachable', operator: 'Exists', tolerationSeconds: 300 },
        ],
        volumes: [
          {
            name: token,
            projected: {
              defaultMode: 420,
              sources: [
                { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
                { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
                { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
              ],
            },
          },
        ],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    });
  });

  it('generates names, and keeps the prefix for all to see', () => {
    const { api } = testCluster();
    const slice = { metadata: { generateName: 'web-' }, addressType: 'IPv4', endpoints: [], ports: [] };
    const { metadata } = value(api.create('endpointslices', slice));
    expect(metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(metadata).toMatchObject({ generateName: 'web-', generation: 1 });
  });

  it.each([
    ['a missing namespace', 'nope', pod('a'), 404, 'namespaces "nope" not found'],
    [
      'an object of another namespace',
      'default',
      { ...pod('a'), metadata: { name: 'a', namespace: 'kube-system' } },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'no name',
      'default',
      { ...pod('a'), metadata: {} },
      422,
      'Pod "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      'a version',
      'default',
      { ...pod('a'), metadata: { name: 'a', resourceVersion: '1' } },
      500,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'an unknown service account',
      'default',
      pod('a', { serviceAccountName: 'robot' }),
      403,
      'pods "a" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
    ],
  ])('refuses %s', (_what, namespace, object, code, text) => {
    const { api } = testCluster();
    const result = api.create('pods', object, namespace);
    expect(message(result)).toBe(text);
    expect(!result.ok && result.error.code).toBe(code);
  });

  it('refuses what is there already, and anything in a namespace that goes away', () => {
    const { api } = testCluster();
    value(api.create('pods', pod('a')));
    expect(message(api.create('pods', pod('a')))).toBe('pods "a" already exists');
    value(api.create('namespaces', { metadata: { name: 'lab' } }));
    expect(value(api.delete('namespaces', undefined, 'lab')).status).toEqual({ phase: 'Terminating' });
    expect(message(api.create('pods', pod('a'), 'lab'))).toBe(
      'pods "a" is forbidden: unable to create new content in namespace lab because it is being terminated',
    );
    value(api.update('namespaces', { ...api.get('namespaces', undefined, 'lab'), spec: {} }));
    expect(api.get('namespaces', undefined, 'lab')).toBeUndefined();
  });

  it('knows a Deployment by its group in messages', () => {
    const { api } = testCluster();
    expect(message(api.delete('deploy', 'default', 'x'))).toBe('deployments.apps "x" not found');
    expect(message(api.create('deployments', { metadata: { name: 'x' }, spec: {} }))).toMatch(
      /^Deployment\.apps "x" is invalid: \[spec\.selector: Required value, /,
    );
  });
});

describe('update', () => {
  it('counts every write of the cluster, but not one that changes nothing', () => {
    const { api } = testCluster();
    const created = value(api.create('configmaps', { metadata: { name: 'a' }, data: { k: 'v' } }));
    expect(value(api.update('configmaps', created))).toBe(created);
    const changed = value(api.update('configmaps', { ...created, data: { k: 'w' } }));
    expect(Number(changed.metadata.resourceVersion)).toBe(Number(created.metadata.resourceVersion) + 1);
    expect(api.resourceVersion).toBe(changed.metadata.resourceVersion);
  });

  it('refuses an object that was changed meanwhile', () => {
    const { api } = testCluster();
    const created = value(api.create('configmaps', { metadata: { name: 'a' } }));
    value(api.update('configmaps', { ...created, data: { k: 'w' } }));
    const result = api.update('configmaps', { ...created, data: { k: 'x' } });
    expect(!result.ok && result.error).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('leaves the status to updateStatus, and the rest to update', () => {
    const { api } = testCluster();
    const created = value(api.create('pods', pod('a')));
    const status = { ...created.status, phase: 'Running', podIP: '10.10.1.2', hostIP: '172.18.0.3' };
    expect(value(api.update('pods', { ...created, status }))).toBe(created);
    const running = value(api.updateStatus('pods', { ...created, spec: {}, status }));
    expect(running.status).toEqual({ ...status, podIPs: [{ ip: '10.10.1.2' }], hostIPs: [{ ip: '172.18.0.3' }] });
    expect(running.spec).toEqual(created.spec);
  });

  it('makes a new generation of a workload for its spec alone', () => {
    const { api } = testCluster();
    const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i:1' }] } };
    const created = value(
      api.create('replicasets', { metadata: { name: 'a' }, spec: { selector: { matchLabels: { app: 'a' } }, template } }),
    );
    expect(created.spec!['template'].metadata).toEqual({ creationTimestamp: null, labels: { app: 'a' } });
    const scaled = value(api.patch('rs', 'default', 'a', 'merge', { spec: { replicas: 3 } }));
    const labelled = value(api.patch('rs', 'default', 'a', 'merge', { metadata: { labels: { x: 'y' } } }));
    const reported = value(api.updateStatus('rs', { ...labelled, status: { replicas: 3 } }));
    expect([created, scaled, labelled, reported].map(({ metadata }) => metadata.generation)).toEqual([1, 2, 2, 2]);
  });
});

describe('bind', () => {
  it('puts a pod on a node once', () => {
    const { api } = testCluster();
    value(api.create('pods', pod('a', { nodeName: undefined })));
    const bound = value(api.bind('default', 'a', 'n1'));
    expect(bound.spec!['nodeName']).toBe('n1');
    expect(bound.status!['conditions']).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    expect(message(api.bind('default', 'a', 'n2'))).toBe(
      'Operation cannot be fulfilled on pods "a": pod a is already assigned to node "n1"',
    );
  });
});

describe('delete', () => {
  it('gives a running pod its grace, which a later request can only shorten', () => {
    const { sim, api } = testCluster();
    value(api.create('pods', pod('a')));
    const going = value(api.delete('pods', 'default', 'a'));
    expect(going.metadata).toMatchObject({ deletionTimestamp: '2024-09-22T10:13:50Z', deletionGracePeriodSeconds: 30 });
    expect(value(api.delete('pods', 'default', 'a', { gracePeriodSeconds: 60 }))).toBe(going);
    sim.advance(2_000_000);
    const sooner = value(api.delete('pods', 'default', 'a', { gracePeriodSeconds: 5 }));
    expect(sooner.metadata).toMatchObject({ deletionTimestamp: '2024-09-22T10:13:25Z', deletionGracePeriodSeconds: 5 });
    value(api.delete('pods', 'default', 'a', { gracePeriodSeconds: 0 }));
    expect(api.get('pods', 'default', 'a')).toBeUndefined();
  });

  it('removes at once a pod that is on no node or asks for no grace', () => {
    const { api } = testCluster();
    value(api.create('pods', pod('unscheduled', { nodeName: undefined })));
    value(api.create('pods', pod('hasty', { terminationGracePeriodSeconds: 0 })));
    for (const name of ['unscheduled', 'hasty']) value(api.delete('pods', 'default', name));
    expect(api.list('pods')).toEqual([]);
  });

  it('waits for finalizers', () => {
    const { api } = testCluster();
    value(api.create('configmaps', { metadata: { name: 'a', finalizers: ['example.com/keep'] } }));
    const marked = value(api.delete('configmaps', 'default', 'a'));
    expect(marked.metadata.deletionTimestamp).toBe('2024-09-22T10:13:20Z');
    expect(
      message(api.patch('cm', 'default', 'a', 'merge', { metadata: { finalizers: ['example.com/keep', 'example.com/new'] } })),
    ).toContain('no new finalizers can be added if the object is being deleted');
    value(api.patch('cm', 'default', 'a', 'merge', { metadata: { finalizers: null } }));
    expect(api.get('cm', 'default', 'a')).toBeUndefined();
  });

  it('checks preconditions', () => {
    const { api } = testCluster();
    value(api.create('configmaps', { metadata: { name: 'a' } }));
    expect(message(api.delete('cm', 'default', 'a', { uid: 'another' }))).toContain('Precondition failed: UID in precondition: another');
  });
});

describe('list', () => {
  it('goes by namespace, then name, and selects by labels and fields', () => {
    const { api } = testCluster();
    for (const name of ['b', 'a']) value(api.create('pods', pod(name)));
    value(api.create('pods', { ...pod('a'), metadata: { name: 'a', namespace: 'kube-system' } }));
    const names = (options?: object): string[] => api.list('pods', options).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(names()).toEqual(['default/a', 'default/b', 'kube-system/a']);
    expect(names({ namespace: 'default' })).toEqual(['default/a', 'default/b']);
    expect(names({ labelSelector: 'app in (webpod)' })).toEqual(['default/a', 'default/b']);
    expect(names({ fieldSelector: 'metadata.name=a,metadata.namespace!=default' })).toEqual(['kube-system/a']);
    expect(message(api.query('pods', { labelSelector: 'a b' }))).toMatch(/unable to parse requirement/);
    expect(message(api.query('pods', { fieldSelector: 'spec.foo=1' }))).toBe('field label not supported: spec.foo');
  });
});

describe('subscribe', () => {
  it('tells of every write, and takes it back after a rollback', () => {
    const { sim, api } = testCluster();
    sim.commitEntry();
    const events: string[] = [];
    api.subscribe(({ type, object, previous }: WatchEvent) =>
      events.push(`${type} ${object.metadata.name} ${previous?.metadata.resourceVersion ?? '-'}`),
    );
    sim.beginEntry(2);
    const created = value(api.create('configmaps', { metadata: { name: 'a' } }));
    value(api.update('configmaps', { ...created, data: { k: 'v' } }));
    value(api.create('configmaps', { metadata: { name: 'b' } }));
    value(api.delete('configmaps', 'default', 'b'));
    expect(events).toEqual(['ADDED a -', 'MODIFIED a 7', 'ADDED b -', 'DELETED b 9']);
    const before = api.resourceVersion;
    sim.abortEntry();
    expect(events.slice(4)).toEqual(['DELETED a 8']);
    expect(api.list('configmaps')).toEqual([]);
    expect(Number(api.resourceVersion)).toBe(Number(before) - 4);
  });

  it('fills a new server from the tables of an old one', () => {
    const { sim, api } = testCluster();
    value(api.create('services', { metadata: { name: 'web' }, spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] } }));
    sim.commitEntry();
    const restored = testClusterFrom(sim.store.dump());
    expect(restored.api.list('services')).toEqual(api.list('services'));
    restored.sim.beginEntry(2);
    expect(
      message(
        restored.api.create('services', { metadata: { name: 'x' }, spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] } }),
      ),
    ).toContain('provided port is already allocated');
  });
});

function testClusterFrom(dump: Parameters<ReturnType<typeof testCluster>['sim']['store']['load']>[0]): ReturnType<typeof testCluster> {
  const sim = new Sim();
  const api = new ApiServer(sim);
  sim.store.load(dump);
  return { sim, api };
}

describe('the kubernetes Service', () => {
  it('has the first address, Endpoints that are not mirrored, and a slice of its own name', () => {
    const { api } = testCluster();
    expect(api.get('services', 'default', 'kubernetes')!.spec).toMatchObject({
      clusterIP: '10.200.1.1',
      ports: [{ port: 443, targetPort: 6443 }],
    });
    expect(api.get('endpoints', 'default', 'kubernetes')!.metadata.labels).toEqual({ 'endpointslice.kubernetes.io/skip-mirror': 'true' });
    const slice = api.get('endpointslices', 'default', 'kubernetes') as KubeObject;
    expect(slice.metadata.labels).toEqual({ 'kubernetes.io/service-name': 'kubernetes' });
    expect(slice['endpoints']).toEqual([{ addresses: ['172.18.0.2'], conditions: { ready: true } }]);
  });

  it('comes back when deleted and is left alone when right', () => {
    const { api } = testCluster();
    const endpoints = { addresses: ['172.18.0.2'], port: 6443 };
    const before = api.resourceVersion;
    api.bootstrapKubernetesService(endpoints);
    expect(api.resourceVersion).toBe(before);
    value(api.delete('endpointslices', 'default', 'kubernetes'));
    api.bootstrapKubernetesService(endpoints);
    expect(api.get('endpointslices', 'default', 'kubernetes')).toBeDefined();
  });
});

it('never changes what it is given', () => {
  const { api } = testCluster();
  const input = pod('a');
  const copy = cloneJson(input);
  const stored = value(api.create('pods', input));
  const before = cloneJson(stored);
  value(
    api.patch('pods', 'default', 'a', 'strategic', {
      metadata: { labels: { more: 'x' } },
      spec: { containers: [{ name: 'container', image: 'nginx' }] },
    }),
  );
  expect(input).toEqual(copy);
  expect(stored).toEqual(before);
});
