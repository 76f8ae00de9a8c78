import { Leave } from '../control-flow.js';
import type { Evaluator } from '../evaluator.js';
import type { Process } from '../process.js';
import { parseScript, ScriptSyntaxError } from '../syntax.js';
import { Interrupted } from '../types.js';
import { complete } from './completion.js';
import { History } from './history.js';
import type { EditedLine } from './line-editor.js';
import { continuationPrompt, prompt } from './prompt.js';
import type { ReadLine, TerminalDevice } from './terminal-device.js';

const INTERRUPTED = 130;

/** What somebody was typing when the terminal was laid aside. */
export interface StandingPrompt {
  readonly line: EditedLine;
  readonly lead: string;
}

/** A shell with a prompt, until somebody leaves it. Resolves to its exit code. */
export class InteractiveShell {
  readonly #history: History;
  #reading: string | undefined;

  constructor(
    private readonly process: Process,
    private readonly evaluator: Evaluator,
    private readonly device: TerminalDevice,
    /** Called each time a command has ended and the prompt is about to come. */
    private readonly atPrompt: () => void = () => undefined,
  ) {
    this.#history = new History(evaluator.programs.world, process.state.at);
  }

  /** While it waits for a line: the earlier lines of the same command. */
  get reading(): string | undefined {
    return this.#reading;
  }

  /** `resumed`: what stands at a prompt that is on the screen already. */
  async run(resumed?: StandingPrompt): Promise<number> {
    const { state, io } = this.process;
    for (let standing = resumed; ; standing = undefined) {
      this.evaluator.execution.forgetInterrupt();
      if (!standing) this.atPrompt();
      const read = await this.#command(standing);
      if (read === 'interrupted') {
        state.status = INTERRUPTED;
        continue;
      }
      if (read === 'ended') {
        // zsh says nothing, and neither does dash.
        if (state.dialect === 'bash') io.stdout.write('exit\n');
        else io.stdout.write('\n');
        return state.status;
      }
      state.assign('COLUMNS', String(this.device.columns));
      state.assign('LINES', String(this.device.rows));
      this.#history.add(read.text);
      const left = await this.#runLine(read.text);
      if (left) return left.status;
    }
  }

  /** Reads lines until they make a whole command. */
  async #command(resumed: StandingPrompt | undefined): Promise<ReadLine> {
    const { state } = this.process;
    let text = resumed?.lead ?? '';
    for (let line = resumed?.line; ; line = undefined) {
      this.#reading = text;
      const read = await this.device.readLine(
        {
          prompt: text === '' ? prompt(state) : continuationPrompt(state),
          history: this.#history.lines,
          searchLabel: state.dialect === 'zsh' ? 'bck-i-search' : 'reverse-i-search',
          complete: (typed, cursor) => complete(typed, cursor, state, this.evaluator.programs),
        },
        line,
      );
      this.#reading = undefined;
      if (read === 'interrupted' || (read === 'ended' && text === '')) return read;
      if (read === 'ended') return { text };
      text += (text === '' ? '' : '\n') + read.text;
      if (!isUnfinished(text)) return { text };
    }
  }

  /** The exit status, when the line left the shell. */
  async #runLine(text: string): Promise<{ readonly status: number } | undefined> {
    const { state, io } = this.process;
    const { execution, programs } = this.evaluator;
    execution.budget.refill();
    try {
      state.status = await this.evaluator.parseAndRun(text, this.process);
    } catch (error) {
      if (error instanceof Leave) {
        if (error.what === 'exit') return this.#exit(error.status);
        state.status = error.status;
      } else if (error instanceof Interrupted && error.signal === 'SIGINT') {
        execution.forgetInterrupt();
        state.status = INTERRUPTED;
      } else {
        const status = error instanceof Interrupted ? undefined : execution.explain(error);
        state.status = status ?? this.evaluator.tell(error, state, io.stderr);
      }
    } finally {
      programs.removeTemporaryFiles();
    }
    return undefined;
  }

  async #exit(status: number): Promise<{ readonly status: number }> {
    const { state, io } = this.process;
    if (state.dialect === 'bash') io.stdout.write('exit\n');
    if (state.exitTrap !== undefined)
      await this.evaluator.asShell(this.process, () => this.evaluator.parseAndRun(state.exitTrap!, this.process));
    return { status };
  }
}

/** Whether a shell would ask for another line: quotes, loops, here-documents and a last backslash leave a command open. */
function isUnfinished(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) return true;
  for (const [, tabs, word] of text.matchAll(/(?<!<)<<(-?)\s*['"]?([A-Za-z_]\w*)['"]?/g)) {
    const end = new RegExp(`^${tabs ? '\\t*' : ''}${word}$`, 'm');
    if (!end.test(text.slice(text.indexOf('\n') + 1 || text.length))) return true;
  }
  try {
    parseScript(text);
    return false;
  } catch (error) {
    return error instanceof ScriptSyntaxError && error.token === undefined;
  }
}
