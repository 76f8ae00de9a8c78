import fc from 'fast-check';
import type { Result } from '@svclab/sim';
import { testCluster } from './testdata/cluster.js';
import type { ApiServer } from './server.js';
import type { ServerSideApplied } from './server-side-apply.js';
import type { ApplyOptions, KubeObject, Status } from './types.js';

const http = { name: 'http', port: 9000, targetPort: 80 };

const service = (spec: object, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', ...metadata },
  spec,
});

function apply(api: ApiServer, config: unknown, options: Partial<ApplyOptions> = {}): Result<ServerSideApplied, Status> {
  return api.serverSideApply('services', 'default', 'web', config, { fieldManager: 'kubectl', ...options });
}

function applied(api: ApiServer, config: unknown, options: Partial<ApplyOptions> = {}): KubeObject {
  const result = apply(api, config, options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.object;
}

function refusal(result: Result<unknown, Status>): Status {
  if (result.ok) throw new Error('not refused');
  return result.error;
}

const managers = ({ metadata }: Readonly<KubeObject>): string[] =>
  (metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`);

const fieldsOf = ({ metadata }: Readonly<KubeObject>, manager: string): unknown =>
  metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1;

describe('managedFields', () => {
  it('of a creation name what the client and the defaults set, not what the server allocates', () => {
    const { api } = testCluster();
    const created = api.create('services', service({ ports: [http], selector: { app: 'webpod' } }, { labels: { a: 'b' } }), undefined, {
      fieldManager: 'kubectl-create',
    });
    if (!created.ok) throw new Error(created.error.message);
    expect(created.value.metadata.managedFields).toEqual([
      {
        manager: 'kubectl-create',
        operation: 'Update',
        apiVersion: 'v1',
        time: created.value.metadata.creationTimestamp,
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
          'f:spec': {
            'f:internalTrafficPolicy': {},
            'f:ports': {
              '.': {},
              'k:{"port":9000,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:protocol': {}, 'f:targetPort': {} },
            },
            'f:selector': {},
            'f:sessionAffinity': {},
            'f:type': {},
          },
        },
      },
    ]);
  });

  it('of an apply name what the configuration says, and nothing else', () => {
    const { api } = testCluster();
    const object = applied(api, service({ ports: [http], selector: { app: 'webpod' } }));
    expect(fieldsOf(object, 'kubectl')).toEqual({
      'f:spec': {
        'f:ports': { 'k:{"port":9000,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {}, 'f:targetPort': {} } },
        'f:selector': {},
      },
    });
  });

  it('follow a field to whoever changed it last, by an update', () => {
    const { api } = testCluster();
    applied(api, service({ ports: [http], sessionAffinity: 'None' }));
    const patched = api.patch(
      'services',
      'default',
      'web',
      'merge',
      { spec: { sessionAffinity: 'ClientIP' } },
      { fieldManager: 'kubectl-patch' },
    );
    if (!patched.ok) throw new Error(patched.error.message);
    expect(managers(patched.value)).toEqual(['kubectl Apply', 'kubectl-patch Update']);
    expect(fieldsOf(patched.value, 'kubectl-patch')).toMatchObject({ 'f:spec': { 'f:sessionAffinity': {} } });
    expect(JSON.stringify(fieldsOf(patched.value, 'kubectl'))).not.toContain('sessionAffinity');
  });

  it('lose what somebody without a name changes', () => {
    const { api } = testCluster();
    applied(api, service({ ports: [http], selector: { app: 'a' } }));
    const patched = api.patch('services', 'default', 'web', 'merge', { spec: { selector: { app: 'b' } } });
    if (!patched.ok) throw new Error(patched.error.message);
    expect(managers(patched.value)).toEqual(['kubectl Apply']);
    expect(JSON.stringify(patched.value.metadata.managedFields)).not.toContain('f:selector');
  });

  it('are cleared by one empty entry, and kept where a client sends none', () => {
    const { api } = testCluster();
    const object = applied(api, service({ ports: [http] }));
    const send = (managedFields: unknown): readonly string[] => {
      const updated = api.update(
        'services',
        { ...object, metadata: { ...object.metadata, resourceVersion: '', managedFields } },
        { fieldManager: 'me' },
      );
      if (!updated.ok) throw new Error(updated.error.message);
      return managers(updated.value);
    };
    expect(send(undefined)).toEqual(['kubectl Apply']);
    expect(send([{}])).toEqual([]);
  });

  it('hold ten updaters, and what was before them as one', () => {
    const { api } = testCluster();
    applied(api, service({ ports: [http] }));
    for (let i = 0; i < 14; i++)
      api.patch('services', 'default', 'web', 'merge', { metadata: { labels: { [`l${i}`]: 'x' } } }, { fieldManager: `m${i}` });
    const names = managers(api.get('services', 'default', 'web')!);
    expect(names).toHaveLength(11);
    expect(names).toContain('ancient-changes Update');
    expect(names).toContain('m13 Update');
  });
});

describe('server-side apply', () => {
  it('creates, changes nothing the second time, and keeps what others set', () => {
    const { api } = testCluster();
    const first = apply(api, service({ ports: [http] }));
    expect(first).toMatchObject({ ok: true, value: { created: true } });
    const again = apply(api, service({ ports: [http] }));
    expect(again).toMatchObject({ ok: true, value: { created: false, object: { metadata: { resourceVersion: expect.any(String) } } } });
    expect(again.ok && first.ok && again.value.object).toEqual(first.ok && first.value.object);
    api.patch('services', 'default', 'web', 'merge', { metadata: { labels: { by: 'hand' } } }, { fieldManager: 'hand' });
    expect(applied(api, service({ ports: [http], type: 'NodePort' }))).toMatchObject({
      metadata: { labels: { by: 'hand' } },
      spec: { type: 'NodePort', ports: [{ port: 9000, nodePort: expect.any(Number) }] },
    });
  });

  it('removes what is no longer applied, except what others manage as well', () => {
    const { api } = testCluster();
    const both = { ports: [http], selector: { app: 'a' } };
    applied(api, service({ ...both, ports: [http, { name: 'b', port: 9001 }] }, { labels: { a: '1', b: '2' } }));
    applied(api, service({ ports: [http] }, { labels: { b: '2' } }), { fieldManager: 'other' });
    const object = applied(api, service({ ports: [http] }));
    expect(object.metadata.labels).toEqual({ b: '2' });
    expect(object.spec!['selector']).toBeUndefined();
    expect(object.spec!['ports'].map(({ port }: { port: number }) => port)).toEqual([9000]);
  });

  it('refuses to change what others manage, in words of upstream, unless it is forced', () => {
    const { api } = testCluster();
    applied(api, service({ ports: [http], sessionAffinity: 'None' }), { fieldManager: 'first' });
    const config = service({ ports: [{ ...http, targetPort: 8080 }] });
    const one = refusal(apply(api, config));
    expect(one).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "first": .spec.ports[port=9000,protocol="TCP"].targetPort',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "first"',
            field: '.spec.ports[port=9000,protocol="TCP"].targetPort',
          },
        ],
      },
    });
    api.patch('services', 'default', 'web', 'merge', { spec: { selector: { a: 'b' } } }, { fieldManager: 'kubectl-patch' });
    const two = refusal(apply(api, service({ ports: [http], selector: { a: 'c' }, sessionAffinity: 'ClientIP' })));
    expect(two.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "first":\n- .spec.sessionAffinity\nconflicts with "kubectl-patch" using v1:\n- .spec.selector',
    );
    const forced = applied(api, config, { force: true });
    expect(forced.spec!['ports'][0].targetPort).toBe(8080);
    expect(JSON.stringify(fieldsOf(forced, 'first'))).not.toContain('targetPort');
  });

  it('conflicts with what was there before anybody was recorded', () => {
    const { api } = testCluster();
    const config = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'kube-dns' }, spec: { sessionAffinity: 'ClientIP' } };
    const result = api.serverSideApply('services', 'kube-system', 'kube-dns', config, { fieldManager: 'me' });
    expect(refusal(result).message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .spec.sessionAffinity',
    );
  });

  it('takes over from client-side apply what that set and nobody changed since', () => {
    const { api } = testCluster();
    api.apply('services', service({ ports: [http], selector: { app: 'a' } }), 'default', { fieldManager: 'kubectl-client-side-apply' });
    const object = applied(api, service({ ports: [http], selector: { app: 'b' } }));
    expect(object.spec!['selector']).toEqual({ app: 'b' });
    expect(object.metadata.annotations!['kubectl.kubernetes.io/last-applied-configuration']).toContain('"selector":{"app":"b"}');
    api.patch('services', 'default', 'web', 'merge', { spec: { selector: { app: 'c' } } }, { fieldManager: 'hand' });
    expect(refusal(apply(api, service({ ports: [http], selector: { app: 'd' } }))).code).toBe(409);
  });

  it('puts elements where the configuration has them, and others where they were', () => {
    const { api } = testCluster();
    const port = (n: number): object => ({ name: `p${n}`, port: n });
    applied(api, service({ ports: [port(1), port(2), port(3)] }), { fieldManager: 'other' });
    const object = applied(api, service({ ports: [port(3), port(4)] }));
    expect(object.spec!['ports'].map((each: { port: number }) => each.port)).toEqual([1, 2, 3, 4]);
  });

  it('says what is wrong with a configuration', () => {
    const { api } = testCluster();
    const message = (config: unknown, options: Partial<ApplyOptions> = {}): string => refusal(apply(api, config, options)).message;
    const typed = 'failed to create typed patch object (default/web; /v1, Kind=Service): ';
    expect(message(service({ bogus: 1 }))).toBe(`${typed}.spec.bogus: field not declared in schema`);
    expect(message(service({ ports: [http, http] }))).toBe(`${typed}.spec.ports: duplicate entries for key [port=9000,protocol="TCP"]`);
    expect(message(service({ type: 3, bogus: 1 }))).toBe(
      `${typed}errors:\n  .spec.bogus: field not declared in schema\n  .spec.type: expected string, got 3`,
    );
    expect(message(service({ ports: [{ name: 'a' }] }))).toBe(
      `${typed}.spec.ports: element 0: associative list with keys has an element that omits key field "port" (and doesn't have default value)`,
    );
    expect(message(service({ ports: [http] }), { fieldManager: '' })).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
    expect(message(service({ ports: [http] }, { managedFields: [] }))).toBe('metadata.managedFields must be nil');
    expect(message(service({ ports: [http] }, { uid: 'x' }))).toContain('uid mismatch');
    expect(message({ ...(service({}) as KubeObject), apiVersion: 'v2' })).toBe(
      'Incorrect version specified in apply patch. Specified patch version: v2, expected: v1',
    );
  });

  it('keeps nothing of a dry run', () => {
    const { api } = testCluster();
    expect(apply(api, service({ ports: [http] }), { dryRun: true })).toMatchObject({ ok: true, value: { created: true } });
    expect(api.get('services', 'default', 'web')).toBeUndefined();
  });

  it('never throws, and is idempotent, whatever is applied', () => {
    const spec = fc.record(
      {
        ports: fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), port: fc.integer({ min: 1, max: 3 }) }), {
          selector: ({ name }) => name,
          minLength: 1,
        }),
        selector: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2')),
        sessionAffinity: fc.constantFrom('None', 'ClientIP'),
      },
      { requiredKeys: ['ports'] },
    );
    const step = fc.record({
      manager: fc.constantFrom('kubectl', 'other'),
      spec,
      labels: fc.dictionary(fc.constantFrom('l', 'm'), fc.constant('v')),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
        const { api } = testCluster();
        for (const { manager, spec: wanted, labels } of steps) {
          const options = { fieldManager: manager, force: true };
          const first = apply(api, service(wanted, { labels }), options);
          if (!first.ok) continue;
          for (const [name, label] of Object.entries(labels)) expect(first.value.object.metadata.labels).toMatchObject({ [name]: label });
          expect(apply(api, service(wanted, { labels }), options)).toEqual({
            ok: true,
            value: { object: first.value.object, created: false },
          });
        }
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (config) => {
        const { api } = testCluster();
        return typeof apply(api, config).ok === 'boolean';
      }),
      { numRuns: 60 },
    );
  });
});
