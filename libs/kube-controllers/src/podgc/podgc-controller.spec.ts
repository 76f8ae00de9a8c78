import { must, SmallCluster } from '../testdata/small-cluster.js';

describe('pod garbage collector', () => {
  it('deletes a pod on a node that never comes, after 40 to 60 seconds', () => {
    const cluster = new SmallCluster();
    cluster.pod('lost', { nodeName: 'node-9' });
    expect(cluster.sim.settle().advancedUs).toBe(0);
    cluster.sim.advance(40_000_000);
    expect(cluster.get('pods', 'default', 'lost').status!['phase']).toBe('Pending');
    cluster.sim.advance(20_000_000);
    expect(cluster.api.get('pods', 'default', 'lost')).toBeUndefined();
  });

  it('spares pods whose node comes back in time', () => {
    const cluster = new SmallCluster();
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.settle();
    must(cluster.api.delete('nodes', undefined, 'node-1'));
    cluster.sim.advance(30_000_000);
    cluster.addNode(1);
    cluster.sim.advance(60_000_000);
    expect(cluster.get('pods', 'default', 'webpod1').status!['phase']).toBe('Running');
  });
});
