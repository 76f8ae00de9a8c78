import { type Answered, type RunningServer, startServer, temporaryFolder } from './server.js';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
const JSON_TYPE = { 'Content-Type': 'application/json' };

const pod = (name: string, labels: object = { app: 'webpod' }): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { containers: [{ name: 'container', image: 'traefik/whoami' }], terminationGracePeriodSeconds: 0 },
});

let server: RunningServer;
/** Of the sandbox's answers. */
let sandbox: { id: string; token: string; kubernetesUrl: string };

const dataFolder = temporaryFolder();

beforeAll(async () => {
  server = await startServer({ dataFolder });
  sandbox = (await server.call('POST', '/api/v1/sandboxes', { body: { seed: 1 } })).body;
}, 90_000);
afterAll(() => server.stop());

const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> =>
  server.call(method, `${sandbox.kubernetesUrl}${path}`, { body, headers });
const pods = '/api/v1/namespaces/default/pods';

/** Reads a watch until `enough` of its events are there, then hangs up. */
async function watched(query: string, enough: (events: any[]) => boolean, act?: () => Promise<unknown>): Promise<any[]> {
  const abort = new AbortController();
  const response = await fetch(`${server.url}${sandbox.kubernetesUrl}${query}`, { signal: abort.signal });
  const acted = act?.();
  const events: any[] = [];
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    events.push(...lines.map((line) => JSON.parse(line)));
    if (enough(events)) break;
  }
  abort.abort();
  await acted;
  return events;
}

const named = (events: any[], name: string): string[] =>
  events.filter(({ object }) => object.metadata?.name === name).map(({ type, object }) => `${type} ${object.status?.phase ?? ''}`.trim());

describe('the Kubernetes API of a sandbox', () => {
  it('opens with its key alone, and hands out a kubeconfig with the address that was asked', async () => {
    expect(sandbox.kubernetesUrl).toMatch(/^\/k8s\/[0-9a-f]{64}$/);
    const { body, headers } = await ask('GET', '/kubeconfig');
    expect(body).toContain(`server: "${server.url}${sandbox.kubernetesUrl}"`);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    const { body: same } = await server.call('GET', `/api/v1/sandboxes/${sandbox.id}/kubeconfig`, { token: sandbox.token });
    expect(same).toBe(body);
    const wrong = `${sandbox.kubernetesUrl.slice(0, -1)}${sandbox.kubernetesUrl.endsWith('0') ? '1' : '0'}`;
    expect((await server.call('GET', `${wrong}/version`)).body).toMatchObject({ kind: 'Status', code: 404 });
  });

  it('keeps the key out of the metrics', async () => {
    await ask('GET', '/version');
    const { body } = await server.call('GET', '/metrics');
    expect(body).toContain('/k8s/:key/*');
    expect(body).not.toContain(sandbox.kubernetesUrl.slice(5, 20));
  });

  it('says what it is and what it serves, to old and new clients', async () => {
    expect((await ask('GET', '/version')).body).toMatchObject({ gitVersion: 'v1.31.0', major: '1', minor: '31' });
    expect((await ask('GET', '/readyz')).body).toBe('ok');
    const all = await ask('GET', '/apis', undefined, { Accept: AGGREGATED });
    expect(all.headers.get('content-type')).toMatch(
      /^application\/json; ?g="?apidiscovery\.k8s\.io"?; ?v="?v2"?; ?as="?APIGroupDiscoveryList"?/,
    );
    expect(all.body.items.map(({ metadata }: any) => metadata.name)).toEqual(expect.arrayContaining(['apps', 'discovery.k8s.io']));
    expect((await ask('GET', '/apis')).body.kind).toBe('APIGroupList');
    const core = (await ask('GET', '/api/v1')).body.resources;
    expect(core.map(({ name }: any) => name)).toEqual(expect.arrayContaining(['pods', 'pods/eviction', 'services/status']));
    expect((await ask('GET', '/apis/networking.k8s.io/v1beta1/servicecidrs')).body).toMatchObject({ code: 404, reason: 'NotFound' });
  });

  it('describes each group in OpenAPI v3, each kind once with its required fields', async () => {
    const { paths } = (await ask('GET', '/openapi/v3')).body;
    const url = paths['apis/apps/v1'].serverRelativeURL as string;
    expect(url).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/);
    const document = await ask('GET', url);
    expect(document.headers.get('cache-control')).toBe('public, immutable');
    expect((await ask('GET', url.replace(/hash=.*/, 'hash=0'))).headers.get('cache-control')).toBe('no-store');
    const { components } = document.body;
    expect(components.schemas['io.k8s.api.Container'].required).toEqual(['name']);
    expect((await ask('GET', '/openapi/v2')).headers.get('content-type')).not.toContain('@');
  });

  it('lists by selectors, in pages, as rows and as metadata', async () => {
    const list = await ask('GET', '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-proxy&limit=3');
    expect(list.body).toMatchObject({ kind: 'PodList', apiVersion: 'v1', metadata: { remainingItemCount: 1 } });
    expect(list.body.items).toHaveLength(3);
    const token = encodeURIComponent(list.body.metadata.continue as string);
    const rest = await ask('GET', `/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-proxy&limit=3&continue=${token}`);
    expect(rest.body.items).toHaveLength(1);
    expect(rest.body.metadata).toEqual({ resourceVersion: list.body.metadata.resourceVersion });
    const table = (await ask('GET', '/api/v1/nodes?fieldSelector=metadata.name%3Dmyk8s-worker', undefined, { Accept: TABLE })).body;
    expect(table).toMatchObject({
      kind: 'Table',
      rows: [{ object: { kind: 'PartialObjectMetadata', metadata: { name: 'myk8s-worker' } } }],
    });
    expect(table.columnDefinitions.filter(({ priority }: any) => priority === 1).map(({ name }: any) => name)).toContain('Internal-IP');
    const refused = await ask('GET', '/api/v1/pods?fieldSelector=spec.bogus%3D1');
    expect(refused.body).toMatchObject({ code: 400, message: 'field label not supported: spec.bogus' });
    expect((await ask('GET', '/api/v1/pods?continue=nonsense')).status).toBe(400);
  });

  it('answers a creation at once and lets the pod run; refuses in words of upstream', async () => {
    const created = await ask('POST', pods, pod('webpod1'), JSON_TYPE);
    expect([created.status, created.body.status.phase]).toEqual([201, 'Pending']);
    expect((await ask('GET', `${pods}/webpod1`)).body.status.phase).toBe('Running');
    expect((await ask('POST', pods, pod('webpod1'))).body).toMatchObject({ code: 409, message: 'pods "webpod1" already exists' });
    const bogus = { ...pod('x'), bogus: 1 };
    expect((await ask('POST', `${pods}?fieldValidation=Strict`, bogus)).body.message).toContain(
      'strict decoding error: unknown field "bogus"',
    );
    const warned = await ask('POST', `${pods}?fieldValidation=Warn&dryRun=All`, bogus);
    expect([warned.status, warned.headers.get('warning')]).toEqual([201, '299 - "unknown field \\"bogus\\""']);
    expect((await ask('GET', `${pods}/x`)).body).toMatchObject({ code: 404, details: { name: 'x', kind: 'pods' } });
    expect((await ask('POST', pods, 'no object', { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await ask('PUT', pods, pod('x'))).body).toMatchObject({ code: 405, reason: 'MethodNotAllowed' });
    expect((await ask('POST', `${pods}?dryRun=Some`, pod('x'))).status).toBe(422);
  });

  it.each([
    ['merge', 'application/merge-patch+json', { metadata: { labels: { by: 'merge' } } }],
    ['strategic', 'application/strategic-merge-patch+json', { metadata: { labels: { by: 'strategic' } } }],
    ['JSON', 'application/json-patch+json', [{ op: 'replace', path: '/metadata/labels/by', value: 'JSON' }]],
  ])('patches by %s, told apart by the type of the body', async (by, type, patch) => {
    const patched = await ask('PATCH', `${pods}/webpod1`, patch, { 'Content-Type': type });
    expect(patched.body.metadata.labels).toEqual({ app: 'webpod', by });
    const again = await ask('PATCH', `${pods}/webpod1`, patch, { 'Content-Type': type });
    expect(again.body.metadata.resourceVersion).toBe(patched.body.metadata.resourceVersion);
  });

  it('says which patches it takes', async () => {
    const { status, body } = await ask('PATCH', `${pods}/webpod1`, {});
    expect([status, body.message]).toEqual([415, expect.stringContaining('application/apply-patch+yaml')]);
  });

  it('replaces an object in the version that was read, and its status apart', async () => {
    const { body: read } = await ask('GET', `${pods}/webpod1`);
    const changed = { ...read, metadata: { ...read.metadata, labels: { app: 'changed' } }, status: { phase: 'Failed' } };
    const replaced = await ask('PUT', `${pods}/webpod1`, changed);
    expect([replaced.body.metadata.labels, replaced.body.status.phase]).toEqual([{ app: 'changed' }, 'Running']);
    expect((await ask('PUT', `${pods}/webpod1`, changed)).body).toMatchObject({ code: 409, reason: 'Conflict' });
    expect((await ask('PUT', `${pods}/other`, changed)).body.message).toContain('does not match the name on the URL');
    const status = await ask(
      'PATCH',
      `/api/v1/nodes/myk8s-worker/status`,
      { status: { phase: 'Pending' } },
      { 'Content-Type': 'application/merge-patch+json' },
    );
    expect(status.body.status.phase).toBe('Pending');
  });

  it('scales, evicts, binds: the parts of an object', async () => {
    const scale = '/apis/apps/v1/namespaces/kube-system/deployments/coredns/scale';
    expect((await ask('GET', scale)).body).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 2 },
      status: { selector: 'k8s-app=kube-dns' },
    });
    const scaled = await ask('PATCH', scale, { spec: { replicas: 3 } }, { 'Content-Type': 'application/merge-patch+json' });
    expect(scaled.body.spec.replicas).toBe(3);
    expect((await ask('GET', '/apis/apps/v1/namespaces/kube-system/deployments/coredns')).body.spec.replicas).toBe(3);
    await ask('POST', pods, pod('evicted'));
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'evicted' } };
    expect((await ask('POST', `${pods}/evicted/eviction`, eviction)).body).toMatchObject({ kind: 'Status', status: 'Success' });
    expect((await ask('GET', `${pods}/evicted`)).status).toBe(404);
    expect((await ask('GET', `${pods}/webpod1/log?container=none`)).body.message).toBe('container none is not valid for pod webpod1');
  });

  it('tells a watcher of everything after a version, also what happened before it came', async () => {
    const { resourceVersion } = (await ask('GET', pods)).body.metadata;
    await ask('POST', pods, pod('seen'));
    const events = await watched(`${pods}?watch=1&resourceVersion=${resourceVersion}`, (all) =>
      named(all, 'seen').includes('MODIFIED Running'),
    );
    expect(named(events, 'seen')[0]).toBe('ADDED Pending');
    const later = await watched(
      `${pods}?watch=1&resourceVersion=${resourceVersion}`,
      (all) => named(all, 'seen').at(-1)!.startsWith('DELETED'),
      () => ask('DELETE', `${pods}/seen?gracePeriodSeconds=0`),
    );
    expect(Number(later.at(-1).object.metadata.resourceVersion)).toBeGreaterThan(Number(events.at(-1).object.metadata.resourceVersion));
  });

  it('begins a watch without a version with what is there, and moves time while it lasts', async () => {
    const query = `${pods}?watch=true&labelSelector=app%3Dlive`;
    const events = await watched(
      query,
      (all) => named(all, 'live').includes('MODIFIED Running'),
      () => ask('POST', pods, pod('live', { app: 'live' })),
    );
    expect(named(events, 'live')[0]).toBe('ADDED Pending');
    const left = await watched(
      query,
      (all) => named(all, 'live').length === 2,
      () => ask('PATCH', `${pods}/live`, { metadata: { labels: { app: 'left' } } }, { 'Content-Type': 'application/merge-patch+json' }),
    );
    expect(named(left, 'live')).toEqual(['ADDED Running', 'DELETED Running']);
  });

  it('ends a list of the beginning with a bookmark for who asks, and a watch after its time', async () => {
    const events = await watched(
      '/api/v1/namespaces?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1',
      () => false,
    );
    expect(events.filter(({ type }) => type === 'ADDED').length).toBeGreaterThanOrEqual(4);
    expect(events.at(-1)).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
  });

  it('sends a watcher away from a version that is too old, and when the sandbox was set back', async () => {
    expect(await watched(`${pods}?watch=1&resourceVersion=1`, () => false)).toMatchObject([
      { type: 'ERROR', object: { code: 410, reason: 'Expired' } },
    ]);
    const { seq } = (await server.call('GET', `/api/v1/sandboxes/${sandbox.id}`, { token: sandbox.token })).body;
    const events = await watched(
      `${pods}?watch=1`,
      () => false,
      () => server.call('POST', `/api/v1/sandboxes/${sandbox.id}/revert`, { body: { toSeq: seq - 1 }, token: sandbox.token }),
    );
    expect(events.at(-1)).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  it('tells the owner that everything is allowed', async () => {
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {} };
    const { status, body } = await ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
    expect([status, body.status.allowed]).toEqual([201, true]);
  });

  it('says of a sandbox without a cluster that there is none yet', async () => {
    const { kubernetesUrl } = (await server.call('POST', '/api/v1/sandboxes', { body: { profile: 'empty' } })).body;
    const { status, body } = await server.call('GET', `${kubernetesUrl}/api/v1/nodes`);
    expect([status, body.reason]).toEqual([503, 'ServiceUnavailable']);
  });
});
