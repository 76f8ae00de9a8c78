import { must, SmallCluster } from '../testdata/small-cluster.js';

describe('kubelet', () => {
  it('takes a pod to Running, as a real status and real events tell', () => {
    const cluster = new SmallCluster();
    cluster.pod('webpod1', { nodeName: 'node-1' });
    const { settled } = cluster.sim.settle();
    expect(settled).toBe(true);
    const { status, metadata } = cluster.get('pods', 'default', 'webpod1');
    expect(status!['phase']).toBe('Running');
    expect(status!['podIPs']).toEqual([{ ip: '10.10.1.2' }]);
    expect(status!['hostIP']).toBe('172.18.0.1');
    expect(status!['qosClass']).toBe('BestEffort');
    expect(status!['startTime'] >= metadata.creationTimestamp).toBe(true);
    expect(status!['conditions'].map(({ type, status }: { type: string; status: string }) => `${type}=${status}`)).toEqual([
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodScheduled=True',
    ]);
    expect(status!['containerStatuses'][0]).toMatchObject({ name: 'websrv', ready: true, started: true, restartCount: 0 });
    const events = cluster.events('webpod1');
    expect(events[0]).toBe('Normal Pulling kubelet: Pulling image "traefik/whoami" x1');
    expect(events[1]).toMatch(
      /^Normal Pulled kubelet: Successfully pulled image "traefik\/whoami" in (\d+\.\d+s|\d+ms) \(\1 including waiting\)\. Image size: 2829799 bytes\. x1$/,
    );
    expect(events.slice(2)).toEqual([
      'Normal Created kubelet: Created container websrv x1',
      'Normal Started kubelet: Started container websrv x1',
    ]);
  });

  it('shows ContainerCreating without an address on the way', () => {
    const cluster = new SmallCluster();
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.advance(400_000);
    const { status } = cluster.get('pods', 'default', 'webpod1');
    expect(status!['phase']).toBe('Pending');
    expect(status!['podIP']).toBeUndefined();
    expect(status!['containerStatuses'][0].state).toEqual({ waiting: { reason: 'ContainerCreating' } });
  });

  it('leaves a pod on a missing node Pending, and starts it when the node comes', () => {
    const cluster = new SmallCluster();
    cluster.pod('lost', { nodeName: 'node-9' });
    cluster.sim.settle();
    expect(cluster.get('pods', 'default', 'lost').status!['phase']).toBe('Pending');
    expect(cluster.events('lost')).toEqual([]);
    cluster.addNode(9);
    cluster.sim.settle();
    expect(cluster.get('pods', 'default', 'lost').status!['phase']).toBe('Running');
  });

  it('backs off from an image that nobody has, and settles meanwhile', () => {
    const cluster = new SmallCluster();
    cluster.pod('bad', { nodeName: 'node-1', image: 'nowhere' });
    expect(cluster.sim.settle().advancedUs).toBeLessThan(10_000_000);
    const waiting = () => cluster.get('pods', 'default', 'bad').status!['containerStatuses'][0].state.waiting.reason;
    expect(waiting()).toBe('ErrImagePull');
    cluster.sim.advance(5_000_000);
    expect(waiting()).toBe('ImagePullBackOff');
    expect(cluster.events('bad')).toEqual(
      expect.arrayContaining([
        'Warning Failed kubelet: Failed to pull image "nowhere": rpc error: code = Unknown desc = failed to resolve reference "docker.io/library/nowhere" x1',
        'Warning Failed kubelet: Error: ErrImagePull x1',
        'Normal BackOff kubelet: Back-off pulling image "nowhere" x1',
        'Warning Failed kubelet: Error: ImagePullBackOff x1',
      ]),
    );
    cluster.sim.advance(60_000_000);
    expect(cluster.events('bad')).toContain('Warning Failed kubelet: Error: ErrImagePull x3');
  });

  it('stops containers within their grace period, then lets the object go', () => {
    const cluster = new SmallCluster();
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.settle();
    must(cluster.api.delete('pods', 'default', 'webpod1'));
    cluster.sim.drainWork();
    expect(cluster.events('webpod1')).toContain('Normal Killing kubelet: Stopping container websrv x1');
    expect(cluster.runtime.running.has('default/webpod1')).toBe(true);
    cluster.sim.settle();
    expect(cluster.api.get('pods', 'default', 'webpod1')).toBeUndefined();
    expect(cluster.runtime.running.size).toBe(0);
  });

  it('starts the next pod of the same name after one was deleted without grace', () => {
    const cluster = new SmallCluster();
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.settle();
    must(cluster.api.delete('pods', 'default', 'webpod1', { gracePeriodSeconds: 0 }));
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.settle();
    expect(cluster.get('pods', 'default', 'webpod1').status!['podIP']).toBe('10.10.1.3');
    expect(cluster.events('webpod1')).toContain('Normal Killing kubelet: Stopping container websrv x1');
  });
});
