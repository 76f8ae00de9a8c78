import { must, SmallCluster } from '../testdata/small-cluster.js';

describe('namespace controller', () => {
  it('empties a namespace, waits for pods in their grace period, then lets it go', () => {
    const cluster = new SmallCluster();
    cluster.create('namespaces', { metadata: { name: 'team' } });
    cluster.sim.drainWork();
    expect(cluster.api.get('serviceaccounts', 'team', 'default')).toBeDefined();
    const containers = [{ name: 'c', image: 'nginx' }];
    cluster.create('pods', {
      metadata: { name: 'web', namespace: 'team', labels: { app: 'web' } },
      spec: { nodeName: 'node-1', containers },
    });
    cluster.create('services', { metadata: { name: 'web', namespace: 'team' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
    cluster.sim.settle();
    must(cluster.api.delete('namespaces', undefined, 'team'));
    cluster.sim.drainWork();
    expect(cluster.get('namespaces', '', 'team').status!['phase']).toBe('Terminating');
    expect(cluster.api.list('services', { namespace: 'team' })).toEqual([]);
    expect(cluster.api.list('pods', { namespace: 'team' })).toHaveLength(1);
    cluster.sim.settle();
    expect(cluster.api.get('namespaces', undefined, 'team')).toBeUndefined();
    const left = cluster.api.resources.all
      .filter(({ namespaced }) => namespaced)
      .flatMap(({ plural }) => cluster.api.list(plural, { namespace: 'team' }));
    expect(left).toEqual([]);
  });
});
