import fc from 'fast-check';
import protobuf from 'protobufjs/light.js';
import { type Answered, type RunningServer, startServer, temporaryFolder } from './server.js';

const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
const APPLY_TYPE = 'application/apply-patch+yaml';
const services = '/api/v1/namespaces/default/services';
const configMaps = '/api/v1/namespaces/default/configmaps';

let server: RunningServer;
let sandbox: { id: string; token: string; kubernetesUrl: string };

const dataFolder = temporaryFolder();

beforeAll(async () => {
  server = await startServer({ dataFolder });
  sandbox = (await server.call('POST', '/api/v1/sandboxes', { body: { seed: 1 } })).body;
}, 90_000);
afterAll(() => server.stop());

/** Sends the body as it is. */
async function send(method: string, path: string, contentType: string, body?: string | Uint8Array): Promise<Answered> {
  const response = await fetch(`${server.url}${sandbox.kubernetesUrl}${path}`, {
    method,
    headers: { 'Content-Type': contentType, 'User-Agent': 'tester/1.0 (test)' },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

const service = (spec: object): string => JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec });
const apply = (query: string, spec: object): Promise<Answered> => send('PATCH', `${services}/web?${query}`, APPLY_TYPE, service(spec));

describe('server-side apply over HTTP', () => {
  it('creates with 201, answers 200 after, and says who set what', async () => {
    const ports = [{ port: 9000, targetPort: 80 }];
    const created = await apply('fieldManager=kubectl', { ports });
    expect([created.status, created.body.metadata.managedFields[0].manager]).toEqual([201, 'kubectl']);
    const again = await apply('fieldManager=kubectl', { ports });
    expect([again.status, again.body.metadata.resourceVersion]).toEqual([200, created.body.metadata.resourceVersion]);
    const patch = JSON.stringify({ spec: { sessionAffinity: 'ClientIP' } });
    await send('PATCH', `${services}/web`, 'application/merge-patch+json', patch);
    const conflict = await apply('fieldManager=kubectl', { ports, sessionAffinity: 'None' });
    expect([conflict.status, conflict.body.message]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "tester" using v1: .spec.sessionAffinity',
    ]);
    expect((await apply('fieldManager=kubectl&force=true', { ports, sessionAffinity: 'None' })).body.spec.sessionAffinity).toBe('None');
    expect((await apply('', { ports })).body.message).toContain('fieldManager: Required value');
  });

  it('reads YAML', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  a: "1"\n';
    const applied = await send('PATCH', `${configMaps}/from-yaml?fieldManager=me`, APPLY_TYPE, yaml);
    expect([applied.status, applied.body.data]).toEqual([201, { a: '1' }]);
    const posted = await send('POST', configMaps, 'application/yaml', yaml.replace('from-yaml', 'posted'));
    expect([posted.status, posted.body.metadata.name]).toEqual([201, 'posted']);
  });
});

/** Bytes as client-go would send them; the numbers are those of the published messages. */
function protobufBody(apiVersion: string, kind: string, raw: Uint8Array): Uint8Array {
  const typeMeta = new protobuf.Writer().uint32(10).string(apiVersion).uint32(18).string(kind).finish();
  const unknown = new protobuf.Writer().uint32(10).bytes(typeMeta).uint32(18).bytes(raw).finish();
  return Buffer.concat([Buffer.from('k8s\0'), unknown]);
}

const field = (number: number, value: string | Uint8Array): Uint8Array =>
  new protobuf.Writer()
    .uint32((number << 3) | 2)
    .bytes(typeof value === 'string' ? Buffer.from(value) : value)
    .finish();

describe('protobuf bodies', () => {
  it('of imperative commands are read', async () => {
    const metadata = Buffer.concat([field(1, 'from-protobuf'), field(2, ''), field(11, Buffer.concat([field(1, 'app'), field(2, 'web')]))]);
    const data = Buffer.concat([field(1, 'key'), field(2, 'value')]);
    const created = await send(
      'POST',
      configMaps,
      PROTOBUF_TYPE,
      protobufBody('v1', 'ConfigMap', Buffer.concat([field(1, metadata), field(2, data)])),
    );
    expect([created.status, created.body.data, created.body.metadata.labels]).toEqual([201, { key: 'value' }, { app: 'web' }]);
    expect(created.body.metadata.generateName).toBeUndefined();
  });

  it('keep numbers and texts of ports apart', async () => {
    const intOrString = (type: number, text: string): Uint8Array => Buffer.concat([Buffer.from([8, type, 16, 80]), field(3, text)]);
    const port = (name: string, number: number, target: Uint8Array): Uint8Array =>
      Buffer.concat([field(1, name), field(2, 'TCP'), Buffer.from([24, number]), field(4, target), Buffer.from([40, 0])]);
    const spec = Buffer.concat([field(1, port('a', 81, intOrString(0, ''))), field(1, port('b', 82, intOrString(1, 'http')))]);
    const body = protobufBody('v1', 'Service', Buffer.concat([field(1, field(1, 'proto')), field(2, spec)]));
    const created = await send('POST', services, PROTOBUF_TYPE, body);
    expect([created.status, created.body.spec?.ports.map(({ targetPort }: any) => targetPort)]).toEqual([201, [80, 'http']]);
  });

  it('answer questions about rights', async () => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const review = await send(
      'POST',
      path,
      PROTOBUF_TYPE,
      protobufBody('authorization.k8s.io/v1', 'SelfSubjectAccessReview', new Uint8Array()),
    );
    expect([review.status, review.body.status.allowed]).toEqual([201, true]);
  });

  it('that are none are refused', async () => {
    expect(await send('POST', configMaps, PROTOBUF_TYPE, Buffer.from('hello'))).toMatchObject({
      status: 400,
      body: { reason: 'BadRequest' },
    });
    const broken = protobufBody('v1', 'ConfigMap', Buffer.from([10, 99]));
    expect(await send('POST', configMaps, PROTOBUF_TYPE, broken)).toMatchObject({ status: 400, body: { reason: 'BadRequest' } });
  });
});

it('says by name what is not simulated', async () => {
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
  const { status, body } = await send('POST', path, JSON_TYPE, '{}');
  expect([status, body.message]).toEqual([404, expect.stringMatching(/^horizontalpodautoscalers\.autoscaling are not simulated: /)]);
});

describe('bodies that are not what they should be', () => {
  it('have a Status: unknown types 415, too large 413', async () => {
    expect(await send('POST', configMaps, 'text/html', '<p>')).toMatchObject({
      status: 415,
      body: { kind: 'Status', reason: 'UnsupportedMediaType' },
    });
    expect(await send('PATCH', `${configMaps}/kube-root-ca.crt`, JSON_TYPE, '{}')).toMatchObject({ status: 415, body: { kind: 'Status' } });
    const huge = JSON.stringify({ metadata: { name: 'huge' }, data: { a: 'x'.repeat(4 * 2 ** 20) } });
    expect(await send('POST', configMaps, JSON_TYPE, huge)).toMatchObject({
      status: 413,
      body: { kind: 'Status', reason: 'RequestEntityTooLarge' },
    });
  });

  it('never make the server fail', async () => {
    const types = [JSON_TYPE, 'application/yaml', PROTOBUF_TYPE];
    const patches = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', APPLY_TYPE];
    const json = fc.json({ maxDepth: 4 });
    const shaped = fc
      .record(
        {
          metadata: fc.jsonValue(),
          spec: fc.jsonValue(),
          kind: fc.constantFrom('Service', 'Pod', 'x'),
          apiVersion: fc.constantFrom('v1', ''),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value));
    const body = fc.oneof(
      json,
      shaped,
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes])),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.tuple(
            fc.constant('POST'),
            fc.constantFrom(services, configMaps, '/api/v1/namespaces/default/pods'),
            fc.constantFrom(...types),
          ),
          fc.tuple(fc.constant('PUT'), fc.constant(`${services}/kubernetes`), fc.constantFrom(...types)),
          fc.tuple(
            fc.constant('PATCH'),
            fc.constantFrom(`${services}/web?fieldManager=f`, `${services}/web/status`),
            fc.constantFrom(...patches),
          ),
          fc.tuple(fc.constant('DELETE'), fc.constant(`${services}/none`), fc.constantFrom(...types)),
        ),
        body,
        async ([method, path, type], content) => {
          const answered = await send(method, path, type, content);
          // A configuration that fits no type is told as upstream tells it, which has no code of its own for that.
          const told = answered.status === 500 && answered.body.message.startsWith('failed to create typed patch object');
          expect(told || answered.status < 500).toBe(true);
          if (answered.status >= 400) expect(answered.body.kind).toBe('Status');
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the key', () => {
  it('can be changed: the old one opens nothing, also after a restart', async () => {
    const old = sandbox.kubernetesUrl;
    const rotated = await server.call('POST', `/api/v1/sandboxes/${sandbox.id}/kubernetes-key/rotate`, { token: sandbox.token });
    expect(rotated.status).toBe(200);
    sandbox.kubernetesUrl = rotated.body.kubernetesUrl;
    expect(sandbox.kubernetesUrl).not.toBe(old);
    expect((await server.call('GET', `${old}/version`)).body).toMatchObject({ kind: 'Status', code: 404 });
    expect((await server.call('GET', `/api/v1/sandboxes/${sandbox.id}`, { token: sandbox.token })).body.kubernetesUrl).toBe(
      sandbox.kubernetesUrl,
    );
    await server.stop();
    server = await startServer({ dataFolder });
    expect((await server.call('GET', `${old}/version`)).status).toBe(404);
    expect((await server.call('GET', `${sandbox.kubernetesUrl}/version`)).status).toBe(200);
  }, 120_000);

  it('is nobody else’s to change', async () => {
    const other = (await server.call('POST', '/api/v1/sandboxes', { body: { seed: 2 } })).body;
    const refused = await server.call('POST', `/api/v1/sandboxes/${sandbox.id}/kubernetes-key/rotate`, { token: other.token });
    expect(refused.status).toBe(404);
  });
});
