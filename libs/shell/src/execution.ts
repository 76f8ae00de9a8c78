import type { Sim } from '@svclab/sim';
import { DeadlinePassed } from './control-flow.js';
import { Budget } from './limits.js';
import { LiveInput, TERMINAL_WIDTH, type Output } from './streams.js';
import type { TerminalDevice } from './terminal/terminal-device.js';
import { Interrupted, LimitExceeded, type Execution, type OutputChunk, type StartOptions } from './types.js';

type Signal = Parameters<Execution['signal']>[0];
type Step = Awaited<ReturnType<Execution['advance']>>;
/** Why an `advance` is over. */
type Halt = { readonly exitCode?: number; readonly wakeUs?: number; readonly awaitsInput?: true } | { readonly fault: unknown };

const EXIT_CODES: { readonly [signal in Signal]: number } = { SIGINT: 130, SIGTERM: 143, SIGKILL: 137 };
const LIMIT_EXIT_CODE = 126;

/** Commands between two breaths of the event loop, so that a worker can still be told to stop. */
const COMMANDS_PER_BREATH = 32;
/** Commands after which a paced execution pauses though nothing sleeps, so that a terminal sees output and Ctrl-C gets in. */
const COMMANDS_PER_PAUSE = 250;

/** An endless command used up its patience: it is stopped as by Ctrl-C, and what reads from it still runs. */
export class PatienceOver extends Interrupted {
  constructor() {
    super('SIGINT');
  }
}

/** One execution at a time runs in a process: the seal and the text tools' files belong to the one that runs. */
let turn: Promise<unknown> = Promise.resolve();

function inTurn<T>(body: () => Promise<T>): Promise<T> {
  const mine = turn.then(body);
  turn = mine.catch(() => undefined);
  return mine;
}

/** A running command line: its output, its clock, its limits, and the places where it can be stopped or laid aside. */
export class RunningExecution implements Execution {
  readonly budget: Budget;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly startedUs: number;
  /** The terminal at which somebody types, where there is one. */
  device: TerminalDevice | undefined;
  #patientFromUs: number;

  #chunks: { stream: OutputChunk['stream']; text: string }[] = [];
  #begun = false;
  #exitCode: number | undefined;
  /** Given by the host, not yet seen by the script. */
  #posted: Signal | undefined;
  #delivered: Signal | undefined;
  /** Ends the wait of `advance`. */
  #halt: (how: Halt) => void = () => undefined;
  #resume: (() => void) | undefined;
  /** Standard input that the host has handed in and nobody has read. */
  readonly #fed: string[] = [];
  #fedAll = false;
  #commands = 0;
  /** Moments given to `timeout`, innermost last. */
  readonly #deadlinesUs: number[] = [];

  constructor(
    private readonly sim: Sim,
    private readonly mode: StartOptions['mode'],
    limits: Budget['limits'],
    private readonly script: (execution: RunningExecution) => Promise<number>,
  ) {
    this.budget = new Budget(limits);
    // Somebody watches a paced execution; what exec prints is collected, as by a pipe.
    const terminal = mode === 'paced' ? { isTerminal: true, width: TERMINAL_WIDTH } : { isTerminal: false };
    this.stdout = { write: (text) => this.#write('stdout', text), ...terminal };
    this.stderr = { write: (text) => this.#write('stderr', text), ...terminal };
    this.startedUs = this.#patientFromUs = sim.nowUs;
  }

  advance(): Promise<Step> {
    return inTurn(async () => {
      if (this.#exitCode !== undefined) return { output: [], exitCode: this.#exitCode };
      this.#delivered = this.#posted ?? this.#delivered;
      const halted = new Promise<Halt>((resolve) => (this.#halt = resolve));
      this.#go();
      const step = await halted;
      if ('fault' in step) throw step.fault;
      const output = this.#chunks;
      this.#chunks = [];
      return { output, ...step };
    });
  }

  /** In exec mode nothing comes between, so a signal (the host's time-out) strikes at the next checkpoint. */
  signal(name: Signal): void {
    this.#posted = name;
    if (this.mode === 'exec') this.#delivered = name;
  }

  /** Waits until the host has handed in what `ready` looks for; only in a paced execution. */
  async untilInput(ready: () => boolean): Promise<void> {
    this.#strike();
    while (!ready()) {
      const deadlineUs = Math.min(...this.#deadlinesUs, Infinity);
      await this.#pause({ awaitsInput: true, ...(deadlineUs < Infinity && { wakeUs: deadlineUs }) });
    }
  }

  /** A shell at a prompt outlives Ctrl-C: it has struck what ran in it. */
  forgetInterrupt(): void {
    if (this.#posted === 'SIGINT') this.#posted = undefined;
    if (this.#delivered === 'SIGINT') this.#delivered = undefined;
  }

  feed(text: string, ends: boolean): void {
    if (text !== '') this.#fed.push(text);
    this.#fedAll ||= ends;
  }

  /** Standard input that the host feeds. */
  liveInput(): LiveInput {
    return new LiveInput(async () => {
      await this.untilInput(() => this.#fed.length > 0 || this.#fedAll);
      return this.#fed.shift();
    }, false);
  }

  /** Before each command: counts it, lets a signal in, and now and then lets others breathe. */
  checkpoint(): Promise<void> | undefined {
    this.budget.count('command');
    this.#strike();
    this.#commands++;
    if (this.mode === 'paced') return this.#commands % COMMANDS_PER_PAUSE === 0 ? this.#pause({ wakeUs: this.sim.nowUs }) : undefined;
    return this.#commands % COMMANDS_PER_BREATH === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined;
  }

  /** Lets virtual time pass. */
  async sleep(us: number): Promise<void> {
    this.#strike();
    const deadlineUs = Math.min(...this.#deadlinesUs, Infinity);
    const wakeUs = Math.min(this.sim.nowUs + Math.max(0, Math.round(us)), deadlineUs);
    if (this.mode === 'exec') this.sim.advanceTo(wakeUs);
    else
      do await this.#pause({ wakeUs });
      while (this.sim.nowUs < wakeUs);
    this.#strike();
  }

  /** One more turn of something that may never end. */
  readonly endless = (): void => {
    this.#strike();
    if (this.mode === 'exec' && this.sim.nowUs - this.#patientFromUs >= this.budget.limits.endlessUs) throw new PatienceOver();
  };

  /** After an endless stage was cut, the stages that read from it get a time of their own. */
  renewPatience(): void {
    this.#patientFromUs = this.sim.nowUs;
  }

  /** Runs `body`; throws {@link DeadlinePassed} in it once so much virtual time went by. */
  async within<T>(us: number, body: () => Promise<T>): Promise<T> {
    this.#deadlinesUs.push(this.sim.nowUs + us);
    try {
      return await body();
    } finally {
      this.#deadlinesUs.pop();
    }
  }

  /** Says on standard error what stopped the command line; returns its exit code, `undefined` for any other error. */
  explain(error: unknown): number | undefined {
    if (error instanceof LimitExceeded) {
      this.#append('stderr', `svclab: stopped: ${error.message}\n`);
      return LIMIT_EXIT_CODE;
    }
    if (error instanceof PatienceOver) {
      const seconds = this.budget.limits.endlessUs / 1e6;
      this.#append(
        'stderr',
        `svclab: stopped after ${seconds} virtual seconds: this command does not end by itself (in a terminal it runs until Ctrl-C)\n`,
      );
    }
    return error instanceof Interrupted ? EXIT_CODES[error.signal] : undefined;
  }

  #go(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    if (resume) return resume();
    if (this.#begun) throw new Error('a command line that waits for nothing cannot be advanced');
    this.#begun = true;
    this.script(this).then(
      (exitCode) => {
        this.#exitCode = exitCode;
        this.#halt({ exitCode });
      },
      (fault: unknown) => {
        this.#exitCode = LIMIT_EXIT_CODE;
        this.#halt({ fault });
      },
    );
  }

  async #pause(halt: Exclude<Halt, { fault: unknown }>): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      this.#halt(halt);
    });
    this.budget.refill();
    this.#strike();
  }

  #strike(): void {
    if (this.#delivered) throw new Interrupted(this.#delivered);
    if (this.#deadlinesUs.some((deadlineUs) => deadlineUs <= this.sim.nowUs)) throw new DeadlinePassed();
  }

  #write(stream: OutputChunk['stream'], text: string): void {
    this.#append(stream, text);
    this.budget.show(text.length);
  }

  #append(stream: OutputChunk['stream'], written: string): void {
    if (written === '') return;
    // A terminal returns the carriage by itself at each new line (n_tty's ONLCR).
    const text = this.device ? written.replace(/(?<!\r)\n/g, '\r\n') : written;
    const last = this.#chunks.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#chunks.push({ stream, text });
  }
}
