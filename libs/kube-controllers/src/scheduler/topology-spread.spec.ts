import { readFileSync } from 'node:fs';
import type { KubeObject } from '@svclab/kube-api';
import { SmallCluster } from '../testdata/small-cluster.js';
import { naturalLog } from './natural-log.js';
import { NodeInfos } from './node-infos.js';
import { spreadScores } from './topology-spread.js';

interface SpreadCase {
  readonly id: string;
  readonly zones: Readonly<Record<string, string | null>>;
  readonly matchingPods: Readonly<Record<string, number>>;
  readonly feasible: readonly string[];
  readonly expected: { readonly normalized: Readonly<Record<string, number>> };
}

const { cases }: { cases: SpreadCase[] } = JSON.parse(readFileSync(new URL('testdata/topology-spread.json', import.meta.url), 'utf8'));

it.each(cases)('spreads as $id', ({ zones, matchingPods, feasible, expected }) => {
  const cluster = new SmallCluster();
  for (const number of [1, 2, 3]) cluster.api.delete('nodes', undefined, `node-${number}`);
  for (const [name, zone] of Object.entries(zones)) {
    const labels = { 'kubernetes.io/hostname': name, ...(zone !== null && { 'topology.kubernetes.io/zone': zone }) };
    cluster.create('nodes', { metadata: { name, labels } });
    for (let i = 0; i < matchingPods[name]!; i++) cluster.pod(`${name}-${i}`, { nodeName: name });
  }
  cluster.service('web');
  const infos = new NodeInfos(cluster.api);
  const nodes = feasible.map((name) => infos.get(name)!);
  const pod = cluster.pod('next') as KubeObject;
  const scores = spreadScores(pod, nodes, infos, cluster.api)!;
  expect(Object.fromEntries(feasible.map((name, i) => [name, scores[i]]))).toEqual(expected.normalized);
});

it.each([1, 2, 3, 8, 1000, 5002])('ln %d', (value) => expect(naturalLog(value)).toBeCloseTo(Math.log(value), 12));
