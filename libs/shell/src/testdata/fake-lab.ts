import { Sim } from '@svclab/sim';
import { World } from '@svclab/cluster';
import { Shell } from '../shell.js';
import { posixCommands } from '../commands/posix/index.js';
import type { CommandDefinition, Execution, StartOptions } from '../types.js';

const EVERYWHERE: CommandDefinition['places'] = ['host', 'node', 'pod', 'client'];

/** Answers as the lab's web pods do, one pod after the other, and takes 1 ms of virtual time. */
const curl: CommandDefinition = {
  names: ['curl'],
  places: EVERYWHERE,
  run: async (context) => {
    context.count('packet');
    const pod = (Math.floor(context.world.sim.nowUs / 1000) % 3) + 1;
    await context.sleep(1000);
    context.stdout(`Hostname: webpod${pod}\nIP: 127.0.0.1\nIP: 10.10.${pod}.2\nRemoteAddr: 10.10.0.5:40000\nGET / HTTP/1.1\n\n`);
    return 0;
  },
};

/** `kubectl exec [-it] POD -- …` and one jsonpath answer. */
const kubectl: CommandDefinition = {
  names: ['kubectl'],
  places: ['host'],
  run: (context) => {
    const separator = context.args.indexOf('--');
    if (separator > 0) return context.run(context.args.slice(separator + 1), { at: 'pod/default/net-pod' });
    if (context.args.includes('-o')) context.stdout('10.200.1.52');
    else context.stdout(`kubectl ${context.args.join(' ')}\n${context.args.includes('-') ? context.stdin : ''}`);
    return 0;
  },
};

/** `docker exec [-it] NAME …`. */
const docker: CommandDefinition = {
  names: ['docker'],
  places: ['host'],
  run: (context) => {
    const [name = '', ...command] = context.args.slice(/^-i?t$/.test(context.args[1] ?? '') ? 2 : 1);
    return context.run(command, { at: name === 'mypc' ? 'client/mypc' : `node/${name}` });
  },
};

const iptables: CommandDefinition = {
  names: ['iptables'],
  places: ['node'],
  run: (context) => {
    context.stdout(`-P INPUT ACCEPT\n-A KUBE-SERVICES -d 10.200.1.52/32 # ${context.env.get('HOSTNAME')} ${context.args.join(' ')}\n`);
    return 0;
  },
};

/** Prints a line each virtual second, for ever. */
const ping: CommandDefinition = {
  names: ['ping'],
  places: EVERYWHERE,
  run: async (context) => {
    for (let seq = 1; ; seq++) {
      context.endless();
      context.stdout(`seq=${seq}\n`);
      await context.sleep(1e6);
    }
  },
};

export const fakes: readonly CommandDefinition[] = [...posixCommands, curl, kubectl, docker, iptables, ping];

/** Friday, 27 September 2024, 12:00:00 UTC. */
export const START_US = Date.UTC(2024, 8, 27, 12) * 1000;

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A shell over the lab's world with a few made-up commands. */
export class FakeLab {
  readonly sim = new Sim();
  readonly world = new World(this.sim);
  readonly shell: Shell;
  #seq = 0;

  constructor({ seed = 1, profile = 'empty' }: { seed?: number; profile?: 'empty' | 'kind' } = {}) {
    this.sim.beginEntry(this.#seq++);
    this.sim.initialise({ seed, startUs: START_US });
    this.world.bootstrap({ profile });
    this.sim.commitEntry();
    this.shell = new Shell(this.world, fakes);
  }

  /** One `advance` as an entry of its own, after the host moved virtual time to `nowUs`. */
  async step(execution: Execution, nowUs = this.sim.nowUs): Promise<Awaited<ReturnType<Execution['advance']>>> {
    this.sim.beginEntry(this.#seq++);
    this.sim.advanceTo(nowUs);
    const step = await execution.advance();
    this.sim.commitEntry();
    return step;
  }

  async exec(line: string, options: Partial<StartOptions> = {}): Promise<Answer> {
    this.sim.beginEntry(this.#seq++);
    const { output, exitCode } = await this.shell.start(line, { mode: 'exec', ...options }).advance();
    this.sim.commitEntry();
    const text = (stream: string): string => output.map((chunk) => (chunk.stream === stream ? chunk.text : '')).join('');
    return { stdout: text('stdout'), stderr: text('stderr'), exitCode: exitCode ?? NaN };
  }
}
