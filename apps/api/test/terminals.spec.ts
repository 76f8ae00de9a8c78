import path from 'node:path';
import { WebSocket } from 'ws';
import { type RunningServer, startServer, temporaryFolder } from './server.js';

interface Message {
  readonly type: 'output' | 'end';
  readonly text?: string;
  readonly offset?: number;
  readonly exitCode?: number | null;
}

/** A page that shows a terminal. */
class Page {
  readonly messages: Message[] = [];
  readonly closed: Promise<number>;
  #wake: () => void = () => undefined;

  constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)) as Message);
      this.#wake();
    });
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
  }

  get screen(): string {
    return this.messages.map(({ text = '' }) => text).join('');
  }

  get offset(): number {
    return this.messages.findLast(({ offset }) => offset !== undefined)?.offset ?? 0;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  type(text: string): void {
    this.send({ type: 'input', text });
  }

  leave(): void {
    this.socket.terminate();
  }

  /** Waits until the screen looks so. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.screen)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.screen;
  }
}

describe('terminals', () => {
  const dataFolder = path.join(temporaryFolder(), 'data');
  let server: RunningServer;
  let id: string;
  let token: string;
  const base = (): string => `/api/v1/sandboxes/${id}/terminals`;

  beforeAll(async () => {
    server = await startServer({ dataFolder });
    ({ id, token } = (await server.call('POST', '/api/v1/sandboxes', { body: { seed: 1 } })).body);
  }, 90_000);
  afterAll(() => server.stop());

  const open = async (body: object = {}): Promise<{ terminalId: string; socket: string }> => {
    const answer = await server.call('POST', base(), { body, token });
    expect(answer.status).toBe(201);
    return answer.body as { terminalId: string; socket: string };
  };
  const connect = (socketPath: string): Promise<Page> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(server.url.replace('http', 'ws') + socketPath);
      const page = new Page(socket);
      socket.once('open', () => resolve(page));
      socket.once('unexpected-response', (_request, response) => reject(new Error(String(response.statusCode))));
    });
  const again = async (terminalId: string, offset = 0): Promise<Page> => {
    const { body } = await server.call('POST', `${base()}/${terminalId}/tickets`, { token });
    return connect(`${(body as { socket: string }).socket}&offset=${offset}`);
  };

  it('show a prompt, what is typed, and what comes of it', async () => {
    const { socket } = await open({ cols: 60, rows: 20 });
    const page = await connect(socket);
    await page.until(/❯ $/);
    page.type('echo $COLUMNS; kubectl get nodes -o name | head -1\r');
    expect(await page.until(/❯ [^]*❯ $/)).toBe(
      '❯ echo $COLUMNS; kubectl get nodes -o name | head -1\r\n60\r\nnode/myk8s-control-plane\r\n❯ ',
    );
    page.send({ type: 'resize', cols: 100, rows: 30 });
    page.type('echo $COLUMNS x $LINES\r');
    await page.until(/\r\n100 x 30\r\n❯ $/);
    page.type('docker exec -it myk8s-worker bash\r');
    await page.until(/root@myk8s-worker:\/# $/);
    page.type('exit\r');
    await page.until(/❯ $/);
    page.type('exit 4\r');
    expect(await page.closed).toBe(1000);
    expect(page.messages.at(-1)).toEqual({ type: 'end', exitCode: 4 });
  });

  it('show what comes as it comes, and Ctrl-C ends it', async () => {
    const page = await connect((await open()).socket);
    page.type('while true; do echo tick; sleep 0.2; done\r');
    await page.until(/(tick\r\n){3}/);
    page.type('\x03');
    await page.until(/\^C\r\n❯ $/);
    page.type('sleep 1000\r');
    page.send({ type: 'signal', signal: 'SIGINT' });
    page.type('echo code $?\r');
    await page.until(/code 130/);
    page.leave();
  });

  it('are opened by a ticket, once; without one by nobody', async () => {
    const { socket, terminalId } = await open();
    (await connect(socket)).leave();
    await expect(connect(socket)).rejects.toThrow('404');
    await expect(connect(`${base()}/${terminalId}`)).rejects.toThrow('404');
    const other = await open();
    await expect(connect(other.socket.replace(other.terminalId, terminalId))).rejects.toThrow('404');
    expect((await server.call('POST', `${base()}/none/tickets`, { token })).status).toBe(404);
    expect((await server.call('POST', base(), { body: { at: 'node/none' }, token })).status).toBe(404);
  });

  it('go on from an offset, are seen by several, and end for all', async () => {
    const { socket, terminalId } = await open();
    const first = await connect(socket);
    first.type('echo one\r');
    await first.until(/\r\none\r\n❯ $/);
    const { offset } = first;
    first.leave();
    const second = await again(terminalId, offset);
    second.type('echo two\r');
    expect(await second.until(/two\r\n❯ $/)).toBe('echo two\r\ntwo\r\n❯ ');
    const all = await again(terminalId);
    expect(await all.until(/two\r\n❯ $/)).toBe('❯ echo one\r\none\r\n❯ echo two\r\ntwo\r\n❯ ');
    expect((await server.call('DELETE', `${base()}/${terminalId}`, { token })).status).toBe(204);
    expect(await Promise.all([second.closed, all.closed])).toEqual([1000, 1000]);
    expect(second.messages.at(-1)).toEqual({ type: 'end', exitCode: 137 });
  });

  it('keep their shell over a restart of the server', async () => {
    const { socket, terminalId } = await open();
    const page = await connect(socket);
    page.type('cd /tmp; x=kept; echo half');
    await page.until(/half$/);
    const { offset } = page;
    await server.kill();
    server = await startServer({ dataFolder });
    const later = await again(terminalId, offset);
    later.type('; echo $x; pwd\r');
    expect(await later.until(/❯ $/)).toBe('; echo $x; pwd\r\nhalf\r\nkept\r\n/tmp\r\n❯ ');
    const { body } = await server.call('GET', base(), { token });
    expect((body as { items: object[] }).items).toContainEqual({
      terminalId,
      at: 'host',
      cols: 80,
      rows: 24,
      offset: later.offset,
      busy: false,
    });
    later.leave();
  }, 90_000);

  it('refuse what is no message', async () => {
    const page = await connect((await open()).socket);
    page.send({ type: 'dance' });
    expect(await page.closed).toBe(1008);
  });
});
