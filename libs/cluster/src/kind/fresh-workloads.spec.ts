import type { KubeObject } from '@svclab/kube-api';
import { newWorld } from '../testdata/kind-world.js';

const world = newWorld();
world.settle();
const { api } = world;
const names = (resource: string): string[] => api.list(resource).map(({ metadata }) => metadata.name);
const owner = ({ metadata }: Readonly<KubeObject>): string =>
  metadata.ownerReferences?.map(({ kind, name }) => `${kind}/${name}`).join() ?? '';
const SUFFIX = '[bcdfghjklmnpqrstvwxz2456789]{5}';

describe('workloads of a fresh cluster', () => {
  it('have the ReplicaSets that a cluster of v1.31.0 has, by their hashes', () => {
    expect(names('replicasets')).toEqual(['coredns-6f6b679f8f', 'local-path-provisioner-57c5987fd4']);
  });

  it('have one daemon of each kind on every node', () => {
    for (const daemon of ['kindnet', 'kube-proxy']) {
      const pods = api.list('pods').filter((pod) => owner(pod) === `DaemonSet/${daemon}`);
      expect(pods.map(({ spec }) => spec!['nodeName']).toSorted()).toEqual(names('nodes'));
      for (const { metadata } of pods) expect(metadata.name).toMatch(new RegExp(`^${daemon}-${SUFFIX}$`));
      expect(api.get('daemonsets', 'kube-system', daemon)!.status).toMatchObject({
        desiredNumberScheduled: 4,
        numberReady: 4,
        numberAvailable: 4,
      });
    }
  });

  it('have their pods on the control plane, which alone was there: the provisioner has the first address, coredns the next', () => {
    const pods = api.list('pods').filter((pod) => /^(coredns|local-path)/.test(pod.metadata.name));
    expect(pods.map(({ spec }) => spec!['nodeName'])).toEqual(Array(3).fill('myk8s-control-plane'));
    const addresses = pods.map(({ metadata, status }) => `${metadata.name.split('-')[0]} ${status!['podIP']}`);
    expect(addresses.toSorted()).toEqual(['coredns 10.10.0.3', 'coredns 10.10.0.4', 'local 10.10.0.2']);
  });

  it('are well, all of them, and stay so', () => {
    world.sim.advance(300_000_000);
    const unwell = api
      .table('pods', api.list('pods'))
      .rows.filter(({ cells }) => !(cells[1] === '1/1' && cells[2] === 'Running' && cells[3] === '0'));
    expect(unwell.map(({ cells }) => cells.slice(0, 4).join(' '))).toEqual([]);
  });

  it('come back when they are deleted, and read their configuration again', () => {
    const before = names('pods').find((name) => name.startsWith('kube-proxy'))!;
    const node = api.get('pods', 'kube-system', before)!.spec!['nodeName'] as string;
    api.delete('pods', 'kube-system', before);
    world.settle();
    const after = api.list('pods').find((pod) => owner(pod) === 'DaemonSet/kube-proxy' && pod.spec!['nodeName'] === node)!;
    expect(after.metadata.name).not.toBe(before);
    expect(after.status!['phase']).toBe('Running');
    expect(world.kubeProxy.status(node)).toBeDefined();
  });
});
