import { testCluster } from '../testdata/cluster.js';

const policy = (spec: object): object => ({ metadata: { name: 'p', namespace: 'default' }, spec });
const ingress = (spec: object): object => ({ metadata: { name: 'i', namespace: 'default' }, spec });
const backend = { service: { name: 'web', port: { number: 80 } } };

describe('kinds that are kept and not carried out', () => {
  it('say so to whoever writes them', () => {
    const { api } = testCluster();
    const warnings: string[] = [];
    const options = { warn: (warning: string) => warnings.push(warning) };
    expect(api.create('networkpolicies', policy({ podSelector: {} }), undefined, options).ok).toBe(true);
    expect(api.create('ing', ingress({ defaultBackend: backend }), undefined, options).ok).toBe(true);
    expect(warnings).toEqual([expect.stringContaining('not enforced'), expect.stringContaining('no ingress controller')]);
    const rc = {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name: 'old' },
      spec: { template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } } },
    };
    const applied = api.applyDocument(rc);
    expect(applied).toMatchObject({ ok: true, value: { warnings: [expect.stringContaining('use a Deployment')] } });
    expect(applied.ok && applied.value.object.spec).toMatchObject({ replicas: 1, selector: { app: 'a' } });
  });

  it('get their defaults', () => {
    const { api } = testCluster();
    const created = api.create('netpol', policy({ podSelector: {}, egress: [{ ports: [{ port: 53 }] }] }));
    expect(created).toMatchObject({
      ok: true,
      value: { metadata: { generation: 1 }, spec: { policyTypes: ['Ingress', 'Egress'], egress: [{ ports: [{ protocol: 'TCP' }] }] } },
    });
  });

  it.each([
    [
      policy({ podSelector: {}, policyTypes: ['Both'] }),
      'spec.policyTypes[0]: Unsupported value: "Both": supported values: "Egress", "Ingress"',
    ],
    [policy({ podSelector: {}, ingress: [{ from: [{}] }] }), 'spec.ingress[0].from[0]: Required value: must specify a peer'],
    [
      policy({ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/33' } }] }] }),
      'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
    [
      policy({ podSelector: {}, egress: [{ ports: [{ port: 90, endPort: 80 }] }] }),
      'spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`',
    ],
  ])('refuses a NetworkPolicy as upstream does (%#)', (object, message) => {
    const created = testCluster().api.create('netpol', object);
    expect(created.ok || created.error.message).toBe(`NetworkPolicy.networking.k8s.io "p" is invalid: ${message}`);
  });

  it.each([
    [ingress({}), 'spec: Invalid value: []string{}: either `defaultBackend` or `rules` must be specified'],
    [
      ingress({ rules: [{ http: { paths: [{ path: '/', backend }] } }] }),
      'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
    ],
    [
      ingress({ rules: [{ http: { paths: [{ path: 'x', pathType: 'Prefix', backend }] } }] }),
      'spec.rules[0].http.paths[0].path: Invalid value: "x": must be an absolute path',
    ],
    [
      ingress({ defaultBackend: { service: { name: 'web', port: {} } } }),
      'spec.defaultBackend: Required value: port name or number is required',
    ],
  ])('refuses an Ingress as upstream does (%#)', (object, message) => {
    const created = testCluster().api.create('ingresses', object);
    expect(created.ok || created.error.message).toBe(`Ingress.networking.k8s.io "i" is invalid: ${message}`);
  });

  it('are printed as the server prints them', () => {
    const { api } = testCluster();
    api.create(
      'ing',
      ingress({ rules: ['a', 'b', 'c', 'd'].map((host) => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } })) }),
    );
    api.create('netpol', policy({ podSelector: { matchLabels: { app: 'web' } } }));
    expect(api.table('ingresses', api.list('ingresses')).rows[0]!.cells).toEqual(['i', '<none>', 'a,b,c + 1 more...', '', '80', '0s']);
    expect(api.table('netpol', api.list('netpol')).rows[0]!.cells).toEqual(['p', 'app=web', '0s']);
  });
});

describe('ephemeral containers', () => {
  it('are added to a running pod, and stay as they are', () => {
    const { api } = testCluster();
    const pod = { metadata: { name: 'net-pod' }, spec: { containers: [{ name: 'c', image: 'nicolaka/netshoot' }] } };
    api.create('serviceaccounts', { metadata: { name: 'default', namespace: 'default' } });
    expect(api.create('pods', pod)).toMatchObject({ ok: true });
    const patch = (containers: unknown): ReturnType<typeof api.patch> =>
      api.patch('pods', 'default', 'net-pod', 'strategic', { spec: { ephemeralContainers: containers } }, {}, 'ephemeralcontainers');
    expect(patch([{ name: 'dbg', image: 'busybox', targetContainerName: 'c' }])).toMatchObject({
      ok: true,
      value: { spec: { ephemeralContainers: [{ name: 'dbg', imagePullPolicy: 'Always' }], containers: [{ name: 'c' }] } },
    });
    expect(patch([{ name: 'dbg', image: 'other' }])).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('existing ephemeral containers "dbg" may not be changed') },
    });
    expect(patch([{ name: 'c', image: 'busybox' }])).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('Duplicate value: "c"') },
    });
    const fresh = { ...pod, metadata: { name: 'two' }, spec: { ...pod.spec, ephemeralContainers: [{ name: 'd', image: 'busybox' }] } };
    expect(api.create('pods', fresh)).toMatchObject({
      ok: false,
      error: { message: 'Pod "two" is invalid: spec.ephemeralContainers: Forbidden: cannot be set on create' },
    });
  });
});
