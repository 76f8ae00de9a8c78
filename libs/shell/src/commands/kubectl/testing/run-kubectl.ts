import { World } from '@svclab/cluster';
import { Sim } from '@svclab/sim';
import type { CommandContext, Location } from '../../../types.js';
import { kubectl } from '../kubectl.js';

/** What a call printed and how it ended. */
export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Lab {
  readonly world: World;
  /** Words of the call, without `kubectl`. */
  run(
    args: readonly string[] | string,
    options?: { readonly stdin?: string; readonly env?: ReadonlyMap<string, string> },
  ): Promise<KubectlResult>;
  /** Puts a file into the lab host's working directory. */
  file(name: string, content: string): void;
  /** What was run inside containers by `exec`, in order. */
  readonly execs: { readonly at: string; readonly words: readonly string[] }[];
  /** Exit code of the next `exec`. */
  execExitCode: number;
}

const CWD = '/root';

/** 2024-09-28T10:15:11Z, the day of the lab's captures. */
const START_US = 1_727_518_511_000_000;

/** The lab's four-node kind cluster, with a kubectl on its host. Each call is an entry of its own and settles, as in a sandbox. */
export function lab(profile: 'kind' | 'empty' = 'kind'): Lab {
  const sim = new Sim();
  const world = new World(sim);
  sim.beginEntry(1);
  sim.initialise({ seed: 7, startUs: START_US });
  const booted = world.bootstrap({ profile });
  if (!booted.ok) throw new Error(booted.error);
  world.settle();
  sim.commitEntry();
  let seq = 1;
  const execs: Lab['execs'] = [];
  const self: Lab = {
    world,
    execs,
    execExitCode: 0,
    file: (name, content) => {
      sim.beginEntry(++seq);
      world.files.at('host').write(`${CWD}/${name}`, content);
      sim.commitEntry();
    },
    async run(args, { stdin = '', env = new Map() } = {}) {
      let stdout = '';
      let stderr = '';
      const command: CommandContext = {
        world,
        at: 'host',
        args: typeof args === 'string' ? args.split(' ') : args,
        env: new Map([['HOME', '/root'], ...env]),
        cwd: CWD,
        stdin,
        stdinIsTerminal: stdin === '',
        stdout: (text) => void (stdout += text),
        stderr: (text) => void (stderr += text),
        sleep: async (us) => sim.advance(us),
        endless: () => {
          throw new Error('the call would never end');
        },
        count: () => undefined,
        inputEnds: async () => undefined,
        interact: () => undefined,
        run: async (script, { at }: { at?: Location }) => {
          execs.push({ at: at ?? 'host', words: typeof script === 'string' ? [script] : script });
          return self.execExitCode;
        },
        within: async (_us, body) => body(),
        installed: (program) => program !== 'no-such-program',
        files: world.files.at('host'),
      };
      sim.beginEntry(++seq);
      try {
        const exitCode = await kubectl(command);
        world.settle();
        sim.commitEntry();
        return { stdout, stderr, exitCode };
      } catch (error) {
        sim.abortEntry();
        throw error;
      }
    },
  };
  return self;
}
