import { addClient, addService, applyLab, httpGet, newWorld, outcomes } from './testdata/kind-world.js';

describe('a Service of type LoadBalancer', () => {
  const world = newWorld();
  applyLab(world);
  addClient(world);
  const externalIP = (name: string): string => world.api.get('services', 'default', name)!.status!['loadBalancer'].ingress?.[0]?.ip ?? '';
  const service = (name: string) => world.api.get('services', 'default', name)!;
  const events = (name: string): string[] =>
    world.api
      .list('events')
      .filter((event) => event['involvedObject'].name === name)
      .map((event) => `${event['reason']}: ${event['message']}`)
      .toSorted();
  const announcer = (): string | undefined =>
    /172\.18\.255\.200 dev eth0 lladdr (\S+)/.exec(world.net.ip('client/mypc', ['neigh']).stdout)?.[1];
  const macOf = (node: string): string => world.net.link(`node/${node}`, 'eth0')!.mac!;

  it('gets an address of the nodes network, and is served there', () => {
    addService(world, 'web', { type: 'LoadBalancer', ports: [{ port: 8080, targetPort: 80 }] });
    expect(externalIP('web')).toBe('172.18.255.200');
    expect(service('web').status).toEqual({ loadBalancer: { ingress: [{ ip: '172.18.255.200', ipMode: 'VIP' }] } });
    expect(service('web').metadata.finalizers).toEqual(['service.kubernetes.io/load-balancer-cleanup']);
    expect(events('web')).toEqual(['EnsuredLoadBalancer: Ensured load balancer', 'EnsuringLoadBalancer: Ensuring load balancer']);
    expect(httpGet(world, 'client/mypc', '172.18.255.200', 8080)).toMatch(/^HTTP\/1.1 200 OK[^]*Hostname: webpod[123]/);
    expect(['worker', 'worker2', 'worker3'].map((node) => macOf(`myk8s-${node}`))).toContain(announcer());
  });

  it('answers inside the cluster without leaving the node', () => {
    const [trace] = world.net.explore({ netns: 'pod/default/net-pod', protocol: 'tcp', destination: 0xac_12_ff_c8, port: 8080 });
    expect(trace!.forward.map(({ netns }) => netns).slice(0, 2)).toEqual(['pod/default/net-pod', 'node/myk8s-control-plane']);
    expect(trace!.disposition).toBe('accepted');
  });

  it('keeps the client address with externalTrafficPolicy Local, on a node with an endpoint', () => {
    world.api.patch('services', 'default', 'web', 'merge', { spec: { externalTrafficPolicy: 'Local' } });
    world.settle();
    expect(outcomes(world, 'client/mypc', '172.18.255.200', 8080)).toEqual([expect.stringMatching(/^webpod[123] sees 172\.18\.0\.100$/)]);
  });

  it('follows its only endpoint to another node', () => {
    for (const name of ['webpod1', 'webpod2']) world.api.delete('pods', 'default', name);
    world.settle();
    expect(outcomes(world, 'client/mypc', '172.18.255.200', 8080)).toEqual(['webpod3 sees 172.18.0.100']);
    httpGet(world, 'client/mypc', '172.18.255.200', 8080);
    expect(announcer()).toBe(macOf('myk8s-worker3'));
  });

  it('tells load balancers on its health check node port which nodes have endpoints', () => {
    const port: number = service('web').spec!['healthCheckNodePort'];
    const ask = (node: string): string => httpGet(world, 'client/mypc', node, port).replace(/Date: .*/, 'Date: (now)');
    expect(ask('172.18.0.4')).toBe(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nX-Load-Balancing-Endpoint-Weight: 1\r\n` +
        'Date: (now)\r\nContent-Length: 114\r\n\r\n' +
        '{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "web"\n\t},\n\t"localEndpoints": 1,\n\t"serviceProxyHealthy": true\n}',
    );
    expect(ask('172.18.0.3')).toMatch(/^HTTP\/1.1 503 Service Unavailable[^]*"localEndpoints": 0/);
    expect(world.net.ss('node/myk8s-worker3', ['-tnlp']).stdout).toMatch(new RegExp(`\\*:${port} .*"kube-proxy",pid=\\d+`));
  });

  it('lets only the source ranges in, and from the node port everybody', () => {
    world.api.patch('services', 'default', 'web', 'merge', {
      spec: { externalTrafficPolicy: 'Cluster', loadBalancerSourceRanges: ['192.0.2.0/24'] },
    });
    world.settle();
    const nodePort: number = service('web').spec!['ports'][0].nodePort;
    expect(outcomes(world, 'client/mypc', '172.18.255.200', 8080)).toEqual(['dropped']);
    expect(outcomes(world, 'client/mypc', '172.18.0.3', nodePort)).toEqual(['webpod3 sees 172.18.0.3']);
    world.api.patch('services', 'default', 'web', 'merge', { spec: { loadBalancerSourceRanges: ['172.18.0.0/16'] } });
    world.settle();
    expect(outcomes(world, 'client/mypc', '172.18.255.200', 8080)).toEqual([expect.stringContaining('webpod3 sees')]);
  });

  it('without endpoints nobody answers for its address', () => {
    world.api.delete('pods', 'default', 'webpod3');
    world.settle();
    expect(outcomes(world, 'client/mypc', '172.18.255.200', 8080)).toEqual(['unreachable']);
  });

  it('gives its address back, and takes the one that is asked for', () => {
    addService(world, 'second', { type: 'LoadBalancer', loadBalancerIP: '172.18.255.201' });
    expect(externalIP('second')).toBe('172.18.255.201');
    world.api.patch('services', 'default', 'web', 'merge', { spec: { type: 'ClusterIP', loadBalancerSourceRanges: null } });
    world.settle();
    expect(service('web').status).toEqual({ loadBalancer: {} });
    expect(service('web').metadata.finalizers ?? []).toEqual([]);
    expect(events('web')).toContain('DeletedLoadBalancer: Deleted load balancer');
    world.api.delete('services', 'default', 'second');
    world.settle();
    expect(world.api.get('services', 'default', 'second')).toBeUndefined();
    addService(world, 'third', { type: 'LoadBalancer', loadBalancerIP: '10.0.0.1' });
    expect(externalIP('third')).toBe('');
    expect(events('third')).toContain(
      'SyncLoadBalancerFailed: Error syncing load balancer: failed to ensure load balancer: "10.0.0.1" is not available in 172.18.255.200-172.18.255.250',
    );
  });

  it('leaves Services with a loadBalancerClass to others', () => {
    addService(world, 'classy', { type: 'LoadBalancer', loadBalancerClass: 'example.com/other' });
    expect(externalIP('classy')).toBe('');
  });
});
