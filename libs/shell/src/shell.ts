import type { World } from '@svclab/cluster';
import { commands } from './commands/index.js';
import { Evaluator } from './evaluator.js';
import { RunningExecution } from './execution.js';
import { DEFAULT_LIMITS } from './limits.js';
import { Programs } from './programs.js';
import { Sessions } from './sessions.js';
import { Descriptors, Input } from './streams.js';
import { warmTextTools } from './text-tools.js';
import { Terminal, type TerminalOptions } from './terminal/terminal.js';
import type { CommandDefinition, Execution, Location, StartOptions } from './types.js';

const NO_SUCH_PLACE = 126;

/** The lab shell of one sandbox. */
export class Shell {
  readonly #definitions: ReadonlyMap<string, CommandDefinition>;
  readonly #sessions: Sessions;

  constructor(
    private readonly world: World,
    definitions: readonly CommandDefinition[] = commands,
  ) {
    this.#definitions = new Map(definitions.flatMap((definition) => definition.names.map((name) => [name, definition] as const)));
    this.#sessions = new Sessions(world);
  }

  /** Loads what is loaded lazily, some 200 ms, once per process. The first command line does it otherwise. */
  static warm(): Promise<void> {
    return warmTextTools();
  }

  /**
   * Prepares a command line; nothing happens before its first `advance`, which
   * must lie in a transaction of the world's store, as must each later one.
   */
  start(line: string, options: StartOptions): Execution {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    return new RunningExecution(this.world.sim, options.mode, limits, (execution) => this.#run(line, options, execution));
  }

  /** Opens a terminal, which says nothing before its first `advance`. */
  openTerminal(id: string, options: TerminalOptions): Terminal {
    return Terminal.open(this.world, this.#definitions, id, options);
  }

  /** A terminal that its table knows and memory has lost; `undefined` when there is none. */
  resumeTerminal(id: string): Terminal | undefined {
    return Terminal.resume(this.world, this.#definitions, id);
  }

  /** Whether a program of this name can be started there; builtins of a shell do not count. */
  installed(program: string, at: Location): boolean {
    return new Programs(this.world, this.#definitions).installed(program, at);
  }

  async #run(line: string, options: StartOptions, execution: RunningExecution): Promise<number> {
    await warmTextTools();
    const at = options.at ?? 'host';
    if (at !== 'host' && !this.world.container(at)) {
      execution.stderr.write(`svclab: nothing runs at ${at}\n`);
      return NO_SUCH_PLACE;
    }
    const state = this.#sessions.open(at, options.session);
    const programs = new Programs(this.world, this.#definitions);
    const stdin = options.openStdin ? execution.liveInput() : new Input(options.stdin ?? '', options.stdin === undefined);
    const io = new Descriptors(stdin, execution.stdout, execution.stderr);
    state.status = await this.#statusOf(execution, () => new Evaluator(execution, programs).runScript(line, { state, io }));
    programs.removeTemporaryFiles();
    this.#sessions.save(state, options.session);
    return state.status;
  }

  async #statusOf(execution: RunningExecution, body: () => Promise<number>): Promise<number> {
    try {
      return await body();
    } catch (error) {
      const status = execution.explain(error);
      if (status === undefined) throw error;
      return status;
    }
  }
}
