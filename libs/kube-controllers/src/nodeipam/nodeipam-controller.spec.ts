import { must, SmallCluster } from '../testdata/small-cluster.js';
import { freeBlock } from './nodeipam-controller.js';

describe('node IPAM', () => {
  it('hands out blocks in the order of registration and goes on behind a freed one', () => {
    const cluster = new SmallCluster();
    const podCidrOf = (name: string) => cluster.get('nodes', '', name).spec!['podCIDR'];
    expect(['node-1', 'node-2', 'node-3'].map(podCidrOf)).toEqual(['10.10.0.0/24', '10.10.1.0/24', '10.10.2.0/24']);
    must(cluster.api.delete('nodes', undefined, 'node-2'));
    cluster.addNode(4);
    cluster.sim.drainWork();
    expect(cluster.get('nodes', '', 'node-4').spec!['podCIDRs']).toEqual(['10.10.3.0/24']);
  });

  it('wraps around to what is free, and says when nothing is', () => {
    expect(freeBlock('10.10.0.0/23', new Set(['10.10.1.0/24']), 1)).toEqual({ index: 0, cidr: '10.10.0.0/24' });
    expect(freeBlock('10.10.0.0/23', new Set(['10.10.0.0/24', '10.10.1.0/24']), 0)).toBeUndefined();
  });
});
