import { spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { AgentReply, AgentRequest, ClientSpec, ExchangeResult, ServerSpec, ToolOutput } from './agent-protocol.js';

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The harness's end of an agent: a Node process that runs inside one real network namespace. */
export class NamespaceAgent {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #lastId = 0;

  /** `realName` is what `ip netns` knows. */
  constructor(private readonly realName: string) {
    const script = path.join(import.meta.dirname, 'agent.js');
    this.#child = spawn('ip', ['netns', 'exec', realName, process.execPath, script], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdin.on('error', () => {});
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(JSON.parse(line) as AgentReply));
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', () => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`the agent in ${realName} ended`));
        resolve();
      });
    });
  }

  /** Servers that answer with `netns` and the client they see. */
  serve(netns: string, servers: readonly ServerSpec[]): Promise<void> {
    return this.#ask({ do: 'serve', netns, servers });
  }

  exchange(client: ClientSpec): Promise<ExchangeResult> {
    return this.#ask({ do: 'exchange', client });
  }

  tool(argv: readonly string[], stdin = ''): Promise<ToolOutput> {
    return this.#ask({ do: 'tool', tool: { argv, stdin } });
  }

  /** A tool that must succeed: what it printed. */
  async run(argv: readonly string[], stdin = ''): Promise<string> {
    const { exitCode, stdout, stderr } = await this.tool(argv, stdin);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} in ${this.realName} ended with ${exitCode}: ${stderr}`);
    return stdout;
  }

  follow(): Promise<void> {
    return this.#ask({ do: 'follow' });
  }

  /** What `conntrack -E` has shown since the last time, but for what the harness itself deleted. */
  async events(): Promise<string[]> {
    const lines = await this.#ask<string[]>({ do: 'events' });
    return lines.filter((line) => !line.includes('[USERSPACE]'));
  }

  quiet(): Promise<void> {
    return this.#ask({ do: 'quiet' });
  }

  close(): Promise<void> {
    this.#child.stdin.end();
    return this.#ended;
  }

  #ask<T>(request: Unnumbered<AgentRequest>): Promise<T> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#child.stdin.write(`${JSON.stringify({ ...request, id })}\n`);
    });
  }

  #hear(reply: AgentReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new Error(`in ${this.realName}: ${reply.error}`));
    else waiting?.resolve(reply.ok);
  }
}
