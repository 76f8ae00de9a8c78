import { parseTime } from '@svclab/kube-api';
import { must, SmallCluster } from '../testdata/small-cluster.js';

describe('node lifecycle', () => {
  it('renews the leases of all nodes every ten seconds, without keeping the sandbox from settling', () => {
    const cluster = new SmallCluster();
    const renewed = () => parseTime(cluster.get('leases', 'kube-node-lease', 'node-2').spec!['renewTime'])!;
    const start = renewed();
    expect(cluster.sim.settle()).toEqual({ advancedUs: 0, settled: true });
    cluster.sim.advance(35_000_000);
    expect(renewed() - start).toBe(30_000_000);
    expect(cluster.get('leases', 'kube-node-lease', 'node-1').spec).toMatchObject({ holderIdentity: 'node-1', leaseDurationSeconds: 40 });
  });

  it('makes a taint and an event of a cordon, and takes them back', () => {
    const cluster = new SmallCluster();
    const cordon = (unschedulable: boolean | null) => {
      must(cluster.api.patch('nodes', undefined, 'node-1', 'merge', { spec: { unschedulable } }));
      cluster.sim.drainWork();
    };
    cordon(true);
    expect(cluster.get('nodes', '', 'node-1').spec!['taints']).toEqual([{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }]);
    cordon(null);
    expect(cluster.get('nodes', '', 'node-1').spec!['taints']).toBeUndefined();
    expect(cluster.events('node-1')).toEqual([
      'Normal NodeNotSchedulable kubelet: Node node-1 status is now: NodeNotSchedulable x1',
      'Normal NodeSchedulable kubelet: Node node-1 status is now: NodeSchedulable x1',
    ]);
  });
});
