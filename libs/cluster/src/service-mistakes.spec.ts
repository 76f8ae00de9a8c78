import { addService, applyLab, newWorld, outcomes } from './testdata/kind-world.js';

/** What goes wrong in life, and what the cluster then says and does. */
describe('Services with a mistake', () => {
  const world = newWorld();
  applyLab(world);
  const { api } = world;
  const clusterIP = (name: string): string => api.get('services', 'default', name)!.spec!['clusterIP'];
  const filterRules = (): string => world.net.netfilter.iptablesSave('node/myk8s-control-plane', ['-t', 'filter']).stdout;
  const create = (name: string, spec: object) =>
    api.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec }, 'default');

  it('two of them ask for one node port: the second is refused', () => {
    const ports = [{ port: 80, nodePort: 30077 }];
    addService(world, 'first', { type: 'NodePort', ports });
    const second = create('second', { type: 'NodePort', ports });
    expect(second.ok ? 'accepted' : second.error.message).toBe(
      'Service "second" is invalid: spec.ports[0].nodePort: Invalid value: 30077: provided port is already allocated',
    );
    const outside = create('outside', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] });
    expect(outside.ok ? 'accepted' : outside.error.message).toBe(
      'Service "outside" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    );
  });

  it('a targetPort by a name that no container has: no endpoints for that port, the other one works', () => {
    addService(world, 'names', {
      ports: [
        { name: 'good', port: 80, targetPort: 80 },
        { name: 'bad', port: 81, targetPort: 'nobody-has-it' },
      ],
    });
    expect(outcomes(world, 'pod/default/net-pod', clusterIP('names'), 81)).toEqual(['rejected']);
    expect(filterRules()).toContain('"default/names:bad has no endpoints"');
    expect(outcomes(world, 'pod/default/net-pod', clusterIP('names'), 80)).toHaveLength(3);
  });

  it('a slice made by hand with an address that no pod has: its share of connections gets lost', () => {
    const spec = { ports: [{ name: 'http', port: 80, targetPort: 80 }] };
    expect(create('by-hand', spec).ok).toBe(true);
    const slice = {
      metadata: { name: 'by-hand-1', labels: { 'kubernetes.io/service-name': 'by-hand' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      endpoints: [{ addresses: [api.get('pods', 'default', 'webpod1')!.status!['podIP']] }, { addresses: ['10.10.1.99'] }],
    };
    expect(api.create('endpointslices', slice, 'default').ok).toBe(true);
    world.settle();
    const [port] = world.kubeProxy.explainService('myk8s-worker2', 'default', 'by-hand');
    expect(port!.endpoints.map(({ address, pod, nodeName, uses }) => [address, pod, nodeName, uses[0]!.used])).toEqual([
      ['10.10.1.2:80', null, null, true],
      ['10.10.1.99:80', null, null, true],
    ]);
    const traces = world.net.explore({
      netns: 'pod/default/net-pod',
      protocol: 'tcp',
      destination: world.resolve('pod/default/net-pod', clusterIP('by-hand'))!,
      port: 80,
      connectTimeoutUs: 1_000_000,
    });
    expect(traces.map(({ disposition, probability }) => [disposition === 'accepted', probability]).toSorted()).toEqual([
      [false, 0.5],
      [true, 0.5],
    ]);
  });

  it('a load balancer that becomes a node port keeps the ports and loses the address', () => {
    addService(world, 'lb', { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 80, nodePort: 30078 }] });
    expect(api.get('services', 'default', 'lb')!.status!['loadBalancer'].ingress).toHaveLength(1);
    expect(api.patch('services', 'default', 'lb', 'merge', { spec: { type: 'NodePort' } }).ok).toBe(true);
    world.settle();
    const { spec, status } = api.get('services', 'default', 'lb')!;
    expect(spec!['ports'][0].nodePort).toBe(30078);
    expect(spec!['allocateLoadBalancerNodePorts']).toBeUndefined();
    expect(status).toEqual({ loadBalancer: {} });
  });

  it('a headless one that wants an address later is refused', () => {
    expect(create('headless', { clusterIP: 'None', selector: { app: 'webpod' }, ports: [{ port: 80 }] }).ok).toBe(true);
    const patched = api.patch('services', 'default', 'headless', 'merge', { spec: { clusterIP: '10.200.1.77' } });
    expect(patched.ok ? 'accepted' : patched.error.message).toContain('may not change once set');
  });
});
