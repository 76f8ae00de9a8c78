import type { World } from '@svclab/cluster';
import { bytesOf, type Table } from '@svclab/sim';
import { Evaluator } from '../evaluator.js';
import { RunningExecution } from '../execution.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { freshShell, loginShell } from '../places.js';
import { Programs } from '../programs.js';
import { Sessions } from '../sessions.js';
import type { Dialect } from '../state.js';
import { Descriptors } from '../streams.js';
import { warmTextTools } from '../text-tools.js';
import type { CommandDefinition, Location } from '../types.js';
import { InteractiveShell } from './interactive-shell.js';
import { TerminalDevice, type DeviceState } from './terminal-device.js';

export interface TerminalOptions {
  readonly at: Location;
  /** Characters in a line, lines on the screen. */
  readonly columns: number;
  readonly rows: number;
  /** A program and its arguments; default: the shell that a person meets there. */
  readonly command?: readonly string[];
  /** The container whose first process it is, `<namespace>/<pod>/<container>`. */
  readonly mainProcessOf?: string;
}

/**
 * A terminal as its table keeps it. At the prompt of its own shell this is all there is of it, together with the shell's session: it
 * outlives the process. A program that runs lives in memory alone.
 */
interface TerminalRecord extends DeviceState {
  readonly at: Location;
  readonly command: readonly string[] | null;
  readonly mainProcessOf: string | null;
  readonly phase: 'new' | 'prompt' | 'running' | 'reverted';
  /** Earlier lines of a command that is not finished. */
  readonly lead: string;
  /** Bytes that it has printed. */
  readonly written: number;
}

export const TERMINALS = 'shell.terminals';

/** Those that are open, by id. */
export const terminalTable = (world: World): Table<TerminalRecord> => world.sim.store.table(TERMINALS);

/** What happened until the terminal waits again. */
export interface TerminalStep {
  readonly output: string;
  /** Of all output since it was opened: bytes of UTF-8. */
  readonly offset: number;
  /** Set when it has ended. */
  readonly exitCode?: number;
  /** When a program that sleeps wants to go on, in virtual time. */
  readonly wakeUs?: number;
  /** A program runs that lives in memory alone. */
  readonly busy: boolean;
}

const LOST = {
  running: 'svclab: what ran here was lost with the process that ran it; the shell is a new one',
  reverted: 'svclab: the sandbox was put back to an earlier state; the shell is a new one',
};
const KILLED = 137;

/** One terminal: what is typed at it, what it shows, and the program at its other end. */
export class Terminal {
  readonly #execution: RunningExecution;
  readonly #device: TerminalDevice;
  readonly #table: Table<TerminalRecord>;
  readonly #sessions: Sessions;
  #shell: InteractiveShell | undefined;

  private constructor(
    private readonly world: World,
    private readonly definitions: ReadonlyMap<string, CommandDefinition>,
    private readonly id: string,
    record: TerminalRecord,
  ) {
    this.#table = terminalTable(world);
    this.#sessions = new Sessions(world);
    this.#execution = new RunningExecution(world.sim, 'paced', DEFAULT_LIMITS, () => this.#run(record));
    this.#device = new TerminalDevice(this.#execution, record);
    this.#execution.device = this.#device;
  }

  static open(world: World, definitions: ReadonlyMap<string, CommandDefinition>, id: string, options: TerminalOptions): Terminal {
    const { at, columns, rows, command = null, mainProcessOf = null } = options;
    const record: TerminalRecord = {
      at,
      command,
      mainProcessOf,
      columns,
      rows,
      typed: '',
      line: null,
      phase: 'new',
      lead: '',
      written: 0,
    };
    terminalTable(world).put(id, record);
    return new Terminal(world, definitions, id, record);
  }

  /** One that memory has lost, from its record. At its prompt nobody notices. */
  static resume(world: World, definitions: ReadonlyMap<string, CommandDefinition>, id: string): Terminal | undefined {
    const record = terminalTable(world).get(id);
    return record && new Terminal(world, definitions, id, structuredClone(record));
  }

  type(text: string): void {
    this.#device.type(text);
  }

  resize(columns: number, rows: number): void {
    this.#device.resize(columns, rows);
  }

  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void {
    this.#execution.signal(name);
  }

  /** Runs on until it waits; must lie in a transaction of the world's store. */
  async advance(): Promise<TerminalStep> {
    const { output, exitCode, wakeUs } = await this.#execution.advance();
    const text = output.map((chunk) => chunk.text).join('');
    const record = this.#table.get(this.id)!;
    const offset = record.written + bytesOf(text).length;
    const reading = this.#shell?.reading;
    if (exitCode !== undefined) {
      this.#table.delete(this.id);
      this.#sessions.forget(record.at, this.#session);
      return { output: text, offset, exitCode, busy: false };
    }
    const { state } = this.#device;
    this.#table.put(this.id, {
      ...record,
      ...structuredClone(state),
      phase: reading === undefined ? 'running' : 'prompt',
      lead: reading ?? '',
      written: offset,
    });
    return { output: text, offset, busy: reading === undefined, ...(wakeUs !== undefined && { wakeUs }) };
  }

  get #session(): string {
    return `terminal-${this.id}`;
  }

  async #run(record: TerminalRecord): Promise<number> {
    await warmTextTools();
    const { at, command, phase } = record;
    const io = new Descriptors(this.#device.stdin, this.#device.stdout, this.#device.stdout);
    const evaluator = new Evaluator(this.#execution, new Programs(this.world, this.definitions));
    if (phase === 'running' || phase === 'reverted') io.stdout.write(`\n${LOST[phase]}\n`);
    if (at !== 'host' && !this.world.container(at)) {
      io.stdout.write(`svclab: nothing runs at ${at}\n`);
      return KILLED;
    }
    try {
      const dialect = command === null ? loginShell(this.world, at) : shellWithPrompt(command);
      if (dialect === undefined) return await this.#runProgram(command!, phase, { evaluator, io, at });
      const state = this.#sessions.open(at, this.#session, dialect);
      state.assign('TERM', 'xterm-256color', { exported: true });
      const shell = new InteractiveShell({ state, io }, evaluator, this.#device, () => this.#sessions.save(state, this.#session));
      this.#shell = shell;
      return await shell.run(phase === 'prompt' && record.line ? { line: record.line, lead: record.lead } : undefined);
    } catch (error) {
      const status = this.#execution.explain(error);
      if (status === undefined) throw error;
      return status;
    }
  }

  async #runProgram(
    [name, ...args]: readonly string[],
    phase: TerminalRecord['phase'],
    { evaluator, io, at }: { evaluator: Evaluator; io: Descriptors; at: Location },
  ): Promise<number> {
    if (phase !== 'new') return KILLED;
    const state = freshShell(this.world, at, 'sh', false);
    state.assign('TERM', 'xterm', { exported: true });
    const process = { state, io };
    return evaluator.asShell(process, () => evaluator.programs.run(name!, args, process, evaluator));
  }
}

/** The shell that would wait for what somebody types, if the command is one: `zsh`, `/bin/bash -il`. */
function shellWithPrompt([program = '', ...args]: readonly string[]): Dialect | undefined {
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (!args.every((arg) => /^(?:-[il]+|--login)$/.test(arg))) return undefined;
  if (name === 'bash' || name === 'zsh') return name;
  return ['sh', 'ash', 'dash'].includes(name) ? 'sh' : undefined;
}
