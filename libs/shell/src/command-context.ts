import type { World } from '@svclab/cluster';
import { DeadlinePassed } from './control-flow.js';
import type { Evaluator } from './evaluator.js';
import { freshShell } from './places.js';
import type { Process } from './process.js';
import { childShell } from './programs.js';
import type { ShellState } from './state.js';
import { Input } from './streams.js';
import type { CommandContext, FileAccess, Location, RunOptions } from './types.js';

/** What a command of the lab sees of the shell that started it. */
export class ShellCommandContext implements CommandContext {
  readonly world: World;
  readonly at: Location;
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly files: FileAccess;

  constructor(
    readonly args: readonly string[],
    private readonly process: Process,
    private readonly evaluator: Evaluator,
  ) {
    const { state } = process;
    this.world = evaluator.programs.world;
    this.at = state.at;
    this.env = state.environment();
    this.cwd = state.cwd;
    this.files = evaluator.programs.files(state.at);
  }

  /** Taken from the stream at the first look: a command that does not look leaves it to the next one. */
  get stdin(): string {
    return (this.#stdin ??= this.process.io.stdin.readAll());
  }
  #stdin: string | undefined;

  get stdinIsTerminal(): boolean {
    return this.process.io.stdin.isTerminal;
  }

  stdout(text: string): void {
    this.process.io.stdout.write(text);
  }

  stderr(text: string): void {
    this.process.io.stderr.write(text);
  }

  sleep(us: number): Promise<void> {
    return this.evaluator.execution.sleep(us);
  }

  endless(): void {
    this.evaluator.execution.endless();
  }

  count(what: 'packet' | 'command' | 'turn'): void {
    this.evaluator.execution.budget.count(what);
  }

  async within<T>(us: number, body: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.evaluator.execution.within(us, body);
    } catch (error) {
      if (error instanceof DeadlinePassed) return undefined;
      throw error;
    }
  }

  installed(program: string, at: Location = this.at): boolean {
    return this.evaluator.programs.installed(program, at);
  }

  run(script: string | readonly string[], options: RunOptions): Promise<number> {
    const { execution, programs } = this.evaluator;
    const child = { state: this.#child(options), io: this.process.io.with(0, this.#input(options)) };
    return execution.budget.nested(() => {
      if (typeof script === 'string') return this.evaluator.runScript(script, child);
      const [name = '', ...args] = script;
      return this.evaluator.asShell(child, () => programs.run(name, args, child, this.evaluator));
    });
  }

  /** Elsewhere a process starts with that place's environment; here it inherits. */
  #child({ at, shell, env, name, args }: RunOptions): ShellState {
    const { state } = this.process;
    const child = at === undefined ? childShell(state, shell ?? state.dialect) : freshShell(this.world, at, shell ?? 'sh', false);
    for (const [variable, value] of env ?? []) child.assign(variable, value, { exported: true });
    if (name !== undefined) child.scriptName = name;
    child.positional = args ?? [];
    return child;
  }

  #input({ at, stdin }: RunOptions): Input {
    if (stdin !== undefined) return new Input(stdin);
    return at === undefined ? this.process.io.stdin : new Input('');
  }
}
