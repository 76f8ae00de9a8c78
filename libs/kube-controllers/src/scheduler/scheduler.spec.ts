import { must, SmallCluster } from '../testdata/small-cluster.js';

const CONTROL_PLANE = { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] };

describe('scheduler', () => {
  it('spreads pods and says where they went', () => {
    const cluster = new SmallCluster();
    for (const number of [1, 2, 3]) cluster.pod(`webpod${number}`);
    cluster.sim.settle();
    const nodes = [1, 2, 3].map((number) => cluster.get('pods', 'default', `webpod${number}`).spec!['nodeName']);
    expect([...nodes].toSorted()).toEqual(['node-1', 'node-2', 'node-3']);
    expect(cluster.events('webpod1')).toContain(
      `Normal Scheduled default-scheduler: Successfully assigned default/webpod1 to ${nodes[0]} x1`,
    );
  });

  it('tells why no node fits, in the order of the texts, and tries again when one does', () => {
    const cluster = new SmallCluster();
    cluster.addNode(4, CONTROL_PLANE);
    for (const number of [1, 2, 3]) must(cluster.api.patch('nodes', '', `node-${number}`, 'merge', { spec: { unschedulable: true } }));
    cluster.sim.settle();
    expect(cluster.get('nodes', '', 'node-1').spec!['taints']).toMatchObject([
      { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
    ]);
    cluster.pod('webpod1');
    cluster.sim.settle();
    expect(cluster.events('webpod1')).toEqual([
      'Warning FailedScheduling default-scheduler: 0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 node(s) were unschedulable. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling. x1',
    ]);
    expect(cluster.get('pods', 'default', 'webpod1').status!['phase']).toBe('Pending');
    must(cluster.api.patch('nodes', '', 'node-2', 'merge', { spec: { unschedulable: null } }));
    cluster.sim.settle();
    expect(cluster.get('pods', 'default', 'webpod1').spec!['nodeName']).toBe('node-2');
    expect(cluster.get('nodes', '', 'node-2').spec!['taints']).toBeUndefined();
  });

  it('respects nodeSelector, tolerations and host ports', () => {
    const cluster = new SmallCluster();
    cluster.addNode(4, CONTROL_PLANE);
    const onFour = { nodeSelector: { 'kubernetes.io/hostname': 'node-4' } };
    cluster.pod('intolerant', { spec: onFour });
    cluster.pod('tolerant', { spec: { ...onFour, tolerations: [{ operator: 'Exists' }] } });
    const hostPort = { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort: 80 }] }] };
    for (const number of [1, 2, 3, 4]) cluster.pod(`port-${number}`, { spec: hostPort });
    cluster.sim.settle();
    expect(cluster.get('pods', 'default', 'tolerant').spec!['nodeName']).toBe('node-4');
    expect(cluster.get('pods', 'default', 'intolerant').spec!['nodeName']).toBeUndefined();
    expect(cluster.events('port-4')[0]).toContain(
      "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 node(s) didn't have free ports for the requested pod ports. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.",
    );
  });
});
