import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { type RunningServer, startServer, temporaryFolder } from './server.js';

const configMaps = '/api/v1/namespaces/default/configmaps';
const dataFolder = temporaryFolder();

let server: RunningServer;
let url: string;
let sandbox: { id: string; token: string; kubernetesUrl: string };

async function start(): Promise<void> {
  server = await startServer({ dataFolder });
}

beforeAll(async () => {
  await start();
  sandbox = (await server.call('POST', '/api/v1/sandboxes', { body: { seed: 1 } })).body;
  url = sandbox.kubernetesUrl;
}, 90_000);
afterAll(() => server.stop());

const make = (name: string, data: object = {}): ReturnType<RunningServer['call']> =>
  server.call('POST', `${url}${configMaps}`, { body: { metadata: { name }, data } });
const version = async (): Promise<string> => (await server.call('GET', `${url}${configMaps}`)).body.metadata.resourceVersion;

/** A connection whose answer is read only when somebody asks for it. */
async function openWatch(query: string): Promise<http.IncomingMessage> {
  const request = http.get(`${server.url}${url}${configMaps}?watch=1&${query}`);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return response;
}

/** Events as they come, until one of them is what is waited for. */
async function readUntil(response: http.IncomingMessage, isLast: (event: any) => boolean): Promise<any[]> {
  const events: any[] = [];
  let rest = '';
  for await (const chunk of response) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop()!;
    events.push(...lines.map((line) => JSON.parse(line)));
    if (events.some(isLast)) break;
  }
  response.destroy();
  return events;
}

const residentMb = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

describe('watches', () => {
  it('go on after a restart of the server from the last version, and not from one before', async () => {
    const before = await version();
    await make('before-restart');
    const last = await version();
    await server.stop();
    await start();
    const resumed = await openWatch(`resourceVersion=${last}`);
    await make('after-restart');
    const events = await readUntil(resumed, ({ object }) => object.metadata.name === 'after-restart');
    expect(events).toMatchObject([{ type: 'ADDED' }]);
    const stale = await readUntil(await openWatch(`resourceVersion=${before}`), ({ type }) => type === 'ERROR');
    expect(stale).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
  }, 120_000);

  it('tell of a revert by ending, so that clients list anew', async () => {
    const { seq } = (await server.call('GET', `/api/v1/sandboxes/${sandbox.id}`, { token: sandbox.token })).body;
    await make('undone');
    const response = await openWatch(`resourceVersion=${await version()}`);
    await server.call('POST', `/api/v1/sandboxes/${sandbox.id}/revert`, { body: { toSeq: seq }, token: sandbox.token });
    expect(await readUntil(response, ({ type }) => type === 'ERROR')).toMatchObject([{ object: { code: 410 } }]);
    const { items } = (await server.call('GET', `${url}${configMaps}`)).body;
    expect(items.some(({ metadata }: any) => metadata.name === 'undone')).toBe(false);
  });

  it('of who does not read are cut off, and cost the server little', async () => {
    const slow = await openWatch('');
    slow.pause();
    // An `error` comes before it: the connection breaks off.
    slow.on('error', () => undefined);
    const closed = new Promise((resolve) => slow.once('close', resolve));
    // What comes is never taken from the socket; that it was cut off shows when it is.
    const before = residentMb(server.child.pid!);
    await make('large', { a: 'x'.repeat(500_000) });
    for (let i = 0; i < 40; i++)
      await server.call('PATCH', `${url}${configMaps}/large`, {
        body: { data: { a: String(i).repeat(250_000) } },
        headers: { 'Content-Type': 'application/merge-patch+json' },
      });
    expect(residentMb(server.child.pid!) - before).toBeLessThan(300);
    slow.resume();
    await closed;
    expect(slow.complete).toBe(false);
  }, 120_000);

  it('of a thousand that wait cost little', async () => {
    const before = residentMb(server.child.pid!);
    const agent = new http.Agent({ maxSockets: 1000 });
    const last = await version();
    const responses = await Promise.all(
      Array.from(
        { length: 1000 },
        () =>
          new Promise<http.IncomingMessage>((resolve, reject) => {
            http.get(`${server.url}${url}${configMaps}?watch=1&resourceVersion=${last}`, { agent }, resolve).once('error', reject);
          }),
      ),
    );
    const grown = residentMb(server.child.pid!) - before;
    for (const response of responses) response.destroy();
    expect(grown).toBeLessThan(100);
  }, 60_000);
});

describe('two who write one object', () => {
  it('are told apart by versions: who comes second reads again', async () => {
    const read = (await make('shared', { n: '0' })).body;
    const put = (object: any): ReturnType<RunningServer['call']> => server.call('PUT', `${url}${configMaps}/shared`, { body: object });
    const [first, second] = await Promise.all([put({ ...read, data: { n: '1' } }), put({ ...read, data: { n: '2' } })]);
    expect([first.status, second.status].toSorted()).toEqual([200, 409]);
    const again = (await server.call('GET', `${url}${configMaps}/shared`)).body;
    expect((await put({ ...again, data: { n: '3' } })).status).toBe(200);
  });
});

describe('deletions', () => {
  it('may be tied to what was seen', async () => {
    const { body: seen } = await make('seen');
    const remove = (preconditions: object): ReturnType<RunningServer['call']> =>
      server.call('DELETE', `${url}${configMaps}/seen`, { body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions } });
    expect((await remove({ uid: 'another' })).body).toMatchObject({
      code: 409,
      message: expect.stringContaining('Precondition failed: UID in precondition: another'),
    });
    expect((await remove({ uid: seen.metadata.uid })).status).toBe(200);
  });

  it('take all that are selected', async () => {
    for (const name of ['a', 'b', 'c'])
      await server.call('POST', `${url}${configMaps}`, { body: { metadata: { generateName: `many-${name}-`, labels: { many: 'yes' } } } });
    const removed = await server.call('DELETE', `${url}${configMaps}?labelSelector=many%3Dyes`);
    expect(removed.body.items).toHaveLength(3);
    expect((await server.call('GET', `${url}${configMaps}?labelSelector=many%3Dyes`)).body.items).toEqual([]);
  });
});
