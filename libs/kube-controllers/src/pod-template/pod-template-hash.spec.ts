import { readFileSync } from 'node:fs';
import { SmallCluster } from '../testdata/small-cluster.js';
import { podTemplateHash } from './pod-template-hash.js';
import { TemplateDump } from './template-dump.js';

interface Vector {
  readonly id: string;
  readonly k8s: string;
  readonly template: { readonly metadata: { readonly labels: Record<string, string> } };
  readonly collisionCount: number | null;
  readonly dumpLength: number;
  readonly hash: string;
}

const { vectors, exampleDump }: { vectors: Vector[]; exampleDump: string } = JSON.parse(
  readFileSync(new URL('testdata/pod-template-hash.json', import.meta.url), 'utf8'),
);

/** The template as the API server stores it. */
function defaulted({ template }: Vector): unknown {
  const cluster = new SmallCluster();
  const deployment = cluster.create('deployments', {
    metadata: { name: 'web' },
    spec: { replicas: 0, selector: { matchLabels: template.metadata.labels }, template },
  });
  return deployment.spec!['template'];
}

describe('pod-template-hash', () => {
  it.each(vectors)('$id', (vector) => {
    const template = defaulted(vector);
    expect(new TemplateDump(vector.k8s === '1.30').of(template)).toHaveLength(vector.dumpLength);
    expect(podTemplateHash(template, `v${vector.k8s}.0`, vector.collisionCount ?? undefined)).toBe(vector.hash);
  });

  it('is taken over the text that spew prints', () => {
    expect(new TemplateDump(true).of(defaulted(vectors.find(({ id }) => id === 'deploy-echo@1.30')!))).toBe(exampleDump);
  });

  it('does not depend on the label that carries it', () => {
    const labelled = { metadata: { labels: { app: 'web', 'pod-template-hash': '5d979d89d9' } }, spec: { containers: [] } };
    const plain = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } };
    expect(podTemplateHash(labelled, 'v1.31.0')).toBe(podTemplateHash(plain, 'v1.31.0'));
  });
});
