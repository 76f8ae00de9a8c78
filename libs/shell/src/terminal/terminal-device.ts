import type { RunningExecution } from '../execution.js';
import { LiveInput, type Output } from '../streams.js';
import { takeKey } from './keys.js';
import { emptyLine, LineEditor, type Completion, type EditedLine } from './line-editor.js';

/** How a line was ended that somebody edited. */
export type ReadLine = { readonly text: string } | 'interrupted' | 'ended';

/** What the reader of a line gives the editor to work with. */
export interface LineReader {
  /** All of it is printed; its last line stands before the text. */
  readonly prompt: string;
  readonly history: readonly string[];
  readonly searchLabel: string;
  complete(text: string, cursor: number): Completion;
}

/** What a terminal at a prompt must remember to go on as if nothing had been: plain data. */
export interface DeviceState {
  readonly columns: number;
  readonly rows: number;
  /** Typed and not yet taken. */
  readonly typed: string;
  /** The line that is being edited; `null` while a program runs. */
  readonly line: EditedLine | null;
}

const INTERRUPT = '\x03';
const CANNOT_STOP = 'svclab: stopping a job with Ctrl-Z is not simulated; Ctrl-C ends it';

/**
 * The line discipline of one terminal (Linux n_tty). A shell at its prompt reads keys and edits by itself; a program that runs
 * gets whole lines, echoed and with a minimum of editing, and Ctrl-C strikes it.
 */
// Simplification: what is typed while a program runs is shown when somebody reads it, not at once.
export class TerminalDevice {
  readonly stdin: LiveInput;
  readonly stdout: Output;
  #columns: number;
  #rows: number;
  #typed: string;
  #editor: LineEditor | undefined;
  /** A line that a program is being typed, not yet ended. */
  #cooked = '';
  #killed = '';
  /** `^C` stands at the cursor. */
  #struck = false;

  constructor(
    private readonly execution: RunningExecution,
    state: DeviceState,
  ) {
    this.#columns = state.columns;
    this.#rows = state.rows;
    this.#typed = state.typed;
    this.stdin = new LiveInput(() => this.#cookedLine(), true);
    const columns = (): number => this.#columns;
    this.stdout = {
      write: (text) => this.#write(text),
      isTerminal: true,
      get width() {
        return columns();
      },
    };
  }

  get columns(): number {
    return this.#columns;
  }

  get rows(): number {
    return this.#rows;
  }

  get state(): DeviceState {
    return { columns: this.#columns, rows: this.#rows, typed: this.#typed, line: this.#editor?.line ?? null };
  }

  /** Keys, as the terminal sends them; they are worked off at the execution's next advance. */
  type(text: string): void {
    this.#typed += text;
    if (!this.#editor) this.#interruptIfTyped();
  }

  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
  }

  /** Lets somebody edit a line. `resumed`: one that is on the screen already. */
  async readLine(reader: LineReader, resumed?: EditedLine): Promise<ReadLine> {
    const editor = this.#edit(reader, resumed);
    if (!resumed) {
      this.#write(reader.prompt);
    }
    for (;;) {
      const taken = takeKey(this.#typed);
      if (!taken) {
        const seen = this.#typed;
        await this.execution.untilInput(() => this.#typed !== seen);
        continue;
      }
      this.#typed = taken.rest;
      const decision = editor.press(taken.key);
      if (decision === 'suspended') this.#say(CANNOT_STOP);
      else if (decision) return this.#decided(decision);
    }
  }

  #edit(reader: LineReader, resumed: EditedLine | undefined): LineEditor {
    const columns = (): number => this.#columns;
    const line = resumed ?? emptyLine(reader.history, this.#killed);
    return (this.#editor = new LineEditor(line, lastLine(reader.prompt), {
      get columns() {
        return columns();
      },
      history: reader.history,
      searchLabel: reader.searchLabel,
      write: (text) => this.#write(text),
      complete: reader.complete,
    }));
  }

  #decided(decision: 'accepted' | 'interrupted' | 'ended'): ReadLine {
    const { text, killed } = this.#editor!.line;
    this.#killed = killed;
    this.#editor = undefined;
    if (decision !== 'accepted') return decision;
    this.#interruptIfTyped();
    return { text };
  }

  #say(message: string): void {
    this.#write(`\r\n${message}\r\n`);
    this.#editor!.show();
  }

  /** Ctrl-C throws away what was typed before it (n_tty's ISIG without NOFLSH). */
  #interruptIfTyped(): void {
    const at = this.#typed.lastIndexOf(INTERRUPT);
    if (at < 0) return;
    this.#typed = this.#typed.slice(at + 1);
    this.#cooked = '';
    this.#write('^C');
    this.#struck = true;
    this.execution.signal('SIGINT');
  }

  /** The next line for a program, with its end; `undefined` for Ctrl-D on an empty one. */
  async #cookedLine(): Promise<string | undefined> {
    for (;;) {
      while (this.#typed !== '') {
        const character = String.fromCodePoint(this.#typed.codePointAt(0)!);
        this.#typed = this.#typed.slice(character.length);
        const line = this.#cook(character);
        if (line !== undefined) return line === '' ? undefined : line;
      }
      await this.execution.untilInput(() => this.#typed !== '');
    }
  }

  /** A line when it is complete; the empty one is the end of the file. */
  #cook(character: string): string | undefined {
    const before = this.#cooked;
    switch (character) {
      case '\r':
      case '\n':
        this.#cooked = '';
        this.#write('\r\n');
        return `${before}\n`;
      case '\x04':
        this.#cooked = '';
        return before;
      case '\x08':
      case '\x7f':
        this.#erase(Math.max(0, before.length - 1));
        return undefined;
      case '\x15':
        this.#erase(0);
        return undefined;
      case '\x17':
        this.#erase(before.search(/\S+\s*$/));
        return undefined;
      case '\x1a':
        this.#write(`^Z\r\n${CANNOT_STOP}\r\n`);
        return undefined;
      default:
        this.#cooked += character;
        this.#write(character < ' ' && character !== '\t' ? `^${String.fromCharCode(character.charCodeAt(0) + 64)}` : character);
        return undefined;
    }
  }

  #erase(to: number): void {
    if (to < 0) return;
    this.#write('\b \b'.repeat(this.#cooked.length - to));
    this.#cooked = this.#cooked.slice(0, to);
  }

  #write(text: string): void {
    if (text === '') return;
    const newLine = this.#struck && !/^[\r\n]/.test(text) ? '\n' : '';
    this.#struck = false;
    this.execution.stdout.write(newLine + text);
  }
}

const lastLine = (prompt: string): string => prompt.slice(prompt.lastIndexOf('\n') + 1);
