import type { World } from '@svclab/cluster';
import { Netstack, type Application } from '@svclab/netstack';
import { Sim } from '@svclab/sim';
import { address, type Address } from '@svclab/wire';
import type { Command, CommandContext } from '../../../types.js';

/** A client (10.0.0.1) and a server (10.0.0.2) on one cable, and a command run on the client. */
export class TwoHosts {
  readonly sim = new Sim();
  readonly net: Netstack;
  readonly names = new Map<string, Address>([['server', address('10.0.0.2')]]);
  readonly written = new Map<string, string>();

  constructor() {
    this.net = new Netstack(this.sim);
    this.sim.beginEntry(1);
    this.sim.initialise({ seed: 1, startUs: 1_727_500_000_000_000 });
    for (const name of ['client/mypc', 'node/server']) this.net.addNamespace({ name, kind: name === 'node/server' ? 'node' : 'client' });
    this.net.addVethPair({ netns: 'client/mypc', name: 'eth0' }, { netns: 'node/server', name: 'eth0' });
    for (const [netns, host] of [
      ['client/mypc', '10.0.0.1'],
      ['node/server', '10.0.0.2'],
    ] as const) {
      this.net.addAddress(netns, 'eth0', { prefix: { address: address(host), length: 24 }, scope: 'global' });
    }
  }

  /** Listens on the server. */
  serve(port: number, application?: Application): void {
    const app = `app-${port}`;
    this.net.listen({ netns: 'node/server', protocol: 'tcp', address: null, port, order: 1, ...(application && { app }) });
    if (application) this.net.registerApplication(app, application);
  }

  async run(command: Command, args: readonly string[], more: Partial<CommandContext> = {}) {
    let stdout = '';
    let stderr = '';
    const context = {
      world: { sim: this.sim, net: this.net, netnsOf: (at: string) => at, resolve: (_at: string, name: string) => this.names.get(name) } as unknown as World,
      at: 'client/mypc',
      args,
      env: new Map(),
      cwd: '/root',
      stdin: '',
      stdinIsTerminal: false,
      inputEnds: async () => undefined,
      interact: () => undefined,
      stdout: (text: string) => void (stdout += text),
      stderr: (text: string) => void (stderr += text),
      sleep: async (us: number) => this.sim.advance(us),
      endless: () => {},
      count: () => {},
      run: async () => 127,
      within: async (_us, body) => body(),
      installed: () => false,
      files: {
        read: (path: string) => this.written.get(path),
        write: (path: string, content: string) => void this.written.set(path, content),
        exists: (path: string) => this.written.has(path),
        remove: (path: string) => this.written.delete(path),
        list: () => undefined,
      },
      ...more,
    } satisfies CommandContext as CommandContext;
    const exitCode = await command(context);
    return { exitCode, stdout, stderr };
  }
}

/** An HTTP answer with the given body. */
export const http =
  (body: string, status = '200 OK', headers = ''): Application =>
  () => ({ response: `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`, serviceTimeUs: 500 });
