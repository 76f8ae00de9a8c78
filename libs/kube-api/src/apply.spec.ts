import fc from 'fast-check';
import type { Result } from '@svclab/sim';
import { testCluster } from './testdata/cluster.js';
import type { Status } from './types.js';

const manifest = (spec: object): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec });
const ports = [{ name: 'http', port: 9000, targetPort: 80 }];

function value<T>(result: Result<T, Status>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe('apply', () => {
  it('creates, leaves alone, and configures without taking away what was allocated', () => {
    const { api } = testCluster();
    const first = value(api.apply('svc', manifest({ ports, selector: { app: 'webpod' } })));
    expect(first.outcome).toBe('created');
    expect(JSON.parse(first.object.metadata.annotations!['kubectl.kubernetes.io/last-applied-configuration']!)).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { annotations: {}, name: 'web', namespace: 'default' },
      spec: { ports, selector: { app: 'webpod' } },
    });
    const again = value(api.apply('svc', manifest({ ports, selector: { app: 'webpod' } })));
    expect(again).toEqual({ object: first.object, outcome: 'unchanged', warnings: [] });
    const affine = value(api.apply('svc', manifest({ ports, sessionAffinity: 'ClientIP' })));
    expect(affine.outcome).toBe('configured');
    expect(affine.object.spec).toMatchObject({ clusterIP: first.object.spec!['clusterIP'], sessionAffinity: 'ClientIP' });
    expect(affine.object.spec!['selector']).toBeUndefined();
  });

  it('warns of an object that was made otherwise', () => {
    const { api } = testCluster();
    value(api.create('services', manifest({ ports })));
    const { outcome, warnings } = value(api.apply('services', manifest({ ports })));
    expect(outcome).toBe('configured');
    expect(warnings[0]).toMatch(
      /^resource services\/web is missing the kubectl\.kubernetes\.io\/last-applied-configuration annotation which is required by kubectl apply\./,
    );
  });

  it('finds the resource of a document, or says that there is none', () => {
    const { api } = testCluster();
    expect(value(api.applyDocument(manifest({ ports }), 'kube-system')).object.metadata.namespace).toBe('kube-system');
    const unknown = api.applyDocument({ apiVersion: 'v1', kind: 'Widget', metadata: { name: 'a' } });
    expect(!unknown.ok && unknown.error.message).toBe('no matches for kind "Widget" in version "v1"');
  });
});

describe('bad input', () => {
  it('is answered, whatever it is', () => {
    const { api } = testCluster();
    const anything = fc.oneof(
      fc.anything(),
      fc.record({ metadata: fc.record({ name: fc.string(), labels: fc.anything() }), spec: fc.anything(), data: fc.anything() }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...api.resources.all), anything, (resource, object) => {
        api.create(resource, object);
        api.update(resource, object);
        api.apply(resource, object);
        api.applyDocument(object);
        for (const type of ['strategic', 'merge', 'json'] as const)
          api.patch('services', 'default', 'kubernetes', type, object, { dryRun: true });
      }),
      { numRuns: 500 },
    );
  });

  it('of great depth ends in an error', () => {
    const { api } = testCluster();
    let deep: unknown = 1;
    for (let i = 0; i < 50_000; i++) deep = { a: deep };
    for (const result of [
      api.create('services', { metadata: { name: 'web' }, spec: { bogus: deep } }),
      api.apply('services', { metadata: { name: 'web' }, spec: { bogus: deep } }),
      api.patch('services', 'default', 'kubernetes', 'merge', { spec: deep }),
    ])
      expect(!result.ok && result.error.message).toBe('exceeded max depth');
  });
});
