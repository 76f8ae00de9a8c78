import { Sim } from '@svclab/sim';
import { ApiServer } from '@svclab/kube-api';
import { registerControllers } from './register-controllers.js';
import { ScriptedRuntime, SmallCluster } from './testdata/small-cluster.js';

const phases = (api: ApiServer) => api.list('pods').map(({ status }) => status!['phase']);

describe('all controllers over a restored store', () => {
  it('go on with a pod that is half way up, and end in the same state', () => {
    const one = new SmallCluster();
    one.service('web');
    one.pod('webpod1', { nodeName: 'node-1' });
    one.pod('webpod2', { nodeName: 'node-2' });
    one.sim.advance(500_000);
    one.sim.commitEntry();
    expect(phases(one.api)).toEqual(['Pending', 'Pending']);

    const sim = new Sim();
    const api = new ApiServer(sim);
    registerControllers({ sim, api, runtime: new ScriptedRuntime() });
    sim.store.load(one.sim.store.dump());
    sim.discardWork();
    expect(sim.store.stateHash).toBe(one.sim.store.stateHash);
    for (const each of [one.sim, sim]) {
      each.beginEntry(2);
      each.settle();
      each.commitEntry();
    }
    expect(phases(api)).toEqual(['Running', 'Running']);
    expect(sim.store.stateHash).toBe(one.sim.store.stateHash);
  });

  it('leave no trace of an aborted entry', () => {
    const cluster = new SmallCluster();
    cluster.service('web');
    cluster.pod('webpod1', { nodeName: 'node-1' });
    cluster.sim.settle();
    cluster.sim.commitEntry();
    const hash = cluster.sim.store.stateHash;
    cluster.sim.beginEntry(2);
    cluster.pod('webpod2', { nodeName: 'node-2' });
    cluster.api.delete('services', 'default', 'web');
    cluster.sim.settle();
    cluster.sim.abortEntry();
    expect(cluster.sim.store.stateHash).toBe(hash);
    cluster.sim.beginEntry(3);
    expect(cluster.sim.settle()).toEqual({ advancedUs: 0, settled: true });
    cluster.sim.commitEntry();
    expect(cluster.sim.store.stateHash).toBe(hash);
  });
});
