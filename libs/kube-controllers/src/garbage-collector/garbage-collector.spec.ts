import { must, SmallCluster } from '../testdata/small-cluster.js';

function ownedConfigMap(cluster: SmallCluster, name: string, owner: { kind: string; metadata: { name: string; uid: string } }): void {
  const reference = { apiVersion: 'v1', kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, blockOwnerDeletion: true };
  cluster.create('configmaps', { metadata: { name, ownerReferences: [reference] } });
}

const family = () => {
  const cluster = new SmallCluster();
  const owner = cluster.create('configmaps', { metadata: { name: 'owner' } });
  ownedConfigMap(cluster, 'child', owner);
  cluster.sim.drainWork();
  return { cluster, owner };
};
const names = ({ api }: SmallCluster) => api.list('configmaps', { namespace: 'default' }).map(({ metadata }) => metadata.name);

describe('garbage collector', () => {
  it('deletes what has lost its owner, all the way down', () => {
    const { cluster } = family();
    ownedConfigMap(cluster, 'grandchild', cluster.get('configmaps', 'default', 'child'));
    must(cluster.api.delete('configmaps', 'default', 'owner'));
    cluster.sim.drainWork();
    expect(names(cluster)).toEqual([]);
  });

  it('deletes what is made for an owner that is gone', () => {
    const { cluster, owner } = family();
    must(cluster.api.delete('configmaps', 'default', 'owner'));
    cluster.sim.drainWork();
    ownedConfigMap(cluster, 'late', owner);
    cluster.sim.drainWork();
    expect(names(cluster)).toEqual([]);
  });

  it('keeps what still has another owner', () => {
    const { cluster, owner } = family();
    const other = cluster.create('configmaps', { metadata: { name: 'other' } });
    const references = [owner, other].map(({ metadata }) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: metadata.name,
      uid: metadata.uid,
    }));
    cluster.create('configmaps', { metadata: { name: 'shared', ownerReferences: references } });
    must(cluster.api.delete('configmaps', 'default', 'owner'));
    cluster.sim.drainWork();
    expect(names(cluster)).toEqual(['other', 'shared']);
  });

  it('in the foreground, lets the owner go last', () => {
    const { cluster } = family();
    must(cluster.api.delete('configmaps', 'default', 'owner', { propagationPolicy: 'Foreground' }));
    expect(names(cluster)).toEqual(['child', 'owner']);
    cluster.sim.drainWork();
    expect(names(cluster)).toEqual([]);
  });

  it('orphans dependents when asked to', () => {
    const { cluster } = family();
    must(cluster.api.delete('configmaps', 'default', 'owner', { propagationPolicy: 'Orphan' }));
    cluster.sim.drainWork();
    expect(names(cluster)).toEqual(['child']);
    expect(cluster.get('configmaps', 'default', 'child').metadata.ownerReferences ?? []).toEqual([]);
  });
});
