import type { World } from '@svclab/cluster';
import { DeadlinePassed } from './control-flow.js';
import type { Evaluator } from './evaluator.js';
import { freshShell } from './places.js';
import type { Process } from './process.js';
import { childShell } from './programs.js';
import type { Dialect, ShellState } from './state.js';
import { Input, onTerminal, type Descriptors } from './streams.js';
import { InteractiveShell } from './terminal/interactive-shell.js';
import type { CommandContext, FileAccess, Location, RunOptions } from './types.js';

/** What a command of the lab sees of the shell that started it. Its functions may be taken out of it. */
export class ShellCommandContext implements CommandContext {
  readonly world: World;
  readonly at: Location;
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly files: FileAccess;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;

  constructor(
    readonly args: readonly string[],
    private readonly process: Process,
    private readonly evaluator: Evaluator,
  ) {
    const { state, io } = process;
    this.world = evaluator.programs.world;
    this.at = state.at;
    this.env = state.environment();
    this.cwd = state.cwd;
    this.files = evaluator.programs.files(state.at);
    this.stdinIsTerminal = io.stdin.isTerminal;
    this.stdoutIsTerminal = io.stdout.isTerminal;
  }

  /** Taken from the stream at the first look: a command that does not look leaves it to the next one. */
  get stdin(): string {
    return (this.#stdin ??= this.process.io.stdin.readAll());
  }
  #stdin: string | undefined;

  readonly stdout = (text: string): void => this.process.io.stdout.write(text);
  readonly stderr = (text: string): void => this.process.io.stderr.write(text);
  readonly sleep = (us: number): Promise<void> => this.evaluator.execution.sleep(us);
  readonly endless = (): void => this.evaluator.execution.endless();
  readonly count = (what: 'packet' | 'command' | 'turn'): void => this.evaluator.execution.budget.count(what);
  readonly installed = (program: string, at: Location = this.at): boolean => this.evaluator.programs.installed(program, at);

  readonly within = async <T>(us: number, body: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await this.evaluator.execution.within(us, body);
    } catch (error) {
      if (error instanceof DeadlinePassed) return undefined;
      throw error;
    }
  };

  readonly inputEnds = (): Promise<void> => this.process.io.stdin.waitForEnd();

  readonly interact = (shell: Dialect): Promise<number> | undefined => {
    const { device } = this.evaluator.execution;
    const { state, io } = this.process;
    if (!device || io.stdin !== device.stdin) return undefined;
    const process = { state: childShell(state, shell, true), io };
    return this.evaluator.execution.budget.nested(() => new InteractiveShell(process, this.evaluator, device).run());
  };

  get rows(): number | undefined {
    return this.evaluator.execution.device?.rows;
  }

  get columns(): number | undefined {
    return this.evaluator.execution.device?.columns;
  }

  readonly run = (script: string | readonly string[], options: RunOptions): Promise<number> => {
    const { execution, programs } = this.evaluator;
    const child = { state: this.#child(options), io: this.#descriptors(options) };
    return execution.budget.nested(() => {
      if (typeof script === 'string') return this.evaluator.runScript(script, child);
      const [name = '', ...args] = script;
      return this.evaluator.asShell(child, () => programs.run(name, args, child, this.evaluator));
    });
  };

  /** Elsewhere a process starts with that place's environment; here it inherits. */
  #child({ at, shell, env, name, args }: RunOptions): ShellState {
    const { state } = this.process;
    const child = at === undefined ? childShell(state, shell ?? state.dialect) : freshShell(this.world, at, shell ?? 'sh', false);
    for (const [variable, value] of env ?? []) child.assign(variable, value, { exported: true });
    if (name !== undefined) child.scriptName = name;
    child.positional = args ?? [];
    return child;
  }

  #descriptors(options: RunOptions): Descriptors {
    const io = this.#outputs(this.process.io, options).with(0, this.#input(options));
    if (!options.terminal) return io;
    // A terminal at which somebody types knows its own width.
    if (io.stdout.width !== undefined && this.evaluator.execution.device) return io;
    const columns = options.env?.get('COLUMNS');
    return io.with(1, onTerminal(io.stdout, columns === undefined ? undefined : Number(columns)));
  }

  #outputs(io: Descriptors, { capture }: RunOptions): Descriptors {
    if (!capture) return io;
    const output = { write: capture, isTerminal: false };
    return io.with(1, output).with(2, output);
  }

  #input({ at, stdin, inheritStdin }: RunOptions): Input {
    if (stdin !== undefined) return new Input(stdin);
    return at === undefined || inheritStdin ? this.process.io.stdin : new Input('');
  }
}
