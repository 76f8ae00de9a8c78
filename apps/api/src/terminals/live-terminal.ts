import type { EntryInput, SignalName, TerminalAsked, TerminalInput } from '@svclab/sandbox';
import type { HostEvent, SandboxHost, Written } from '../engine/sandbox-host.js';
import { ProblemError } from '../problems/problem.js';
import type { RealtimeClocks } from '../streams/realtime-clocks.js';

/** Virtual time moves at least this often while a program sleeps, so that others see it pass. */
const SLICE_US = 1_000_000;

/** So long after the last key the sandbox's clock still follows the real one for somebody at a prompt. */
const ATTENTION_MS = 60_000;

/** Typed and not yet written: more is no typing. */
const MAX_UNWRITTEN = 2 ** 20;

/** Where what a terminal shows goes. */
export interface TerminalSink {
  /** `offset`: bytes shown since it was opened, with these. */
  output(text: string, offset: number): void;
  /** `exitCode` is null where the program was lost. */
  end(exitCode: number | null, reason?: string): void;
}

/**
 * Drives one terminal of a sandbox: what is typed becomes entries, one at a time, and a program that sleeps is woken as the real clock
 * goes. Whatever is shown is durable before it leaves.
 */
export class LiveTerminal {
  readonly #waiting: TerminalInput[] = [];
  readonly #unsubscribe: () => void;
  #writing = false;
  #ended = false;
  #last: Written | undefined;
  #wake: NodeJS.Timeout | undefined;
  #attention: NodeJS.Timeout | undefined;
  #leaveClock: (() => void) | undefined;

  constructor(
    private readonly host: SandboxHost,
    private readonly clocks: RealtimeClocks,
    readonly sandboxId: string,
    readonly terminalId: string,
    private readonly sink: TerminalSink,
  ) {
    this.#unsubscribe = host.subscribe(sandboxId, (event) => this.#notice(event));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** A program runs in it that would be lost with the process. */
  get busy(): boolean {
    return this.#last?.pace.busy ?? false;
  }

  /** Opens it. Rejects with the problem where it cannot be opened. */
  async open(asked: TerminalAsked): Promise<Written> {
    try {
      const written = await this.#write({ kind: 'terminal.open', terminalId: this.terminalId, ...asked });
      this.#attend();
      return written;
    } catch (error) {
      this.#finish();
      throw error;
    }
  }

  /** Takes up one that has been opened before: what it shows next is told. */
  resume(): void {
    this.#enqueue({ kind: 'terminal.advance', terminalId: this.terminalId, toUs: 0 });
  }

  type(text: string): void {
    const { terminalId } = this;
    const last = this.#waiting.at(-1);
    // What comes while an entry is being written becomes one entry.
    if (last?.kind !== 'terminal.input') return this.#enqueue({ kind: 'terminal.input', terminalId, text });
    if (last.text.length + text.length > MAX_UNWRITTEN) return this.hangUp();
    this.#waiting[this.#waiting.length - 1] = { ...last, text: last.text + text };
  }

  resize(columns: number, rows: number): void {
    this.#enqueue({ kind: 'terminal.resize', terminalId: this.terminalId, columns, rows });
  }

  signal(signal: SignalName): void {
    this.#enqueue({ kind: 'terminal.signal', terminalId: this.terminalId, signal });
  }

  /** The line is cut: whatever runs there ends, and the terminal with it. */
  hangUp(): void {
    this.#waiting.length = 0;
    this.signal('SIGKILL');
  }

  /** Leaves it as it is, at its prompt. */
  leave(): void {
    this.#ended = true;
    this.#finish();
  }

  #enqueue(input: TerminalInput): void {
    if (this.#ended) return;
    this.#waiting.push(input);
    this.#attend();
    if (!this.#writing) void this.#work();
  }

  async #work(): Promise<void> {
    this.#writing = true;
    try {
      for (let input = this.#waiting.shift(); input && !this.#ended; input = this.#waiting.shift()) await this.#write(input);
    } catch (error) {
      const reason = error instanceof ProblemError ? error.problem.detail : 'the server failed';
      this.#end(null, reason);
    } finally {
      this.#writing = false;
    }
  }

  async #write(input: EntryInput): Promise<Written> {
    clearTimeout(this.#wake);
    const written = await this.host.write(this.sandboxId, input);
    this.#last = written;
    const { pace, value } = written;
    for (const { text } of pace.output ?? []) this.sink.output(text, value.offset as number);
    if (pace.exitCode !== undefined) this.#end(pace.exitCode);
    else this.#schedule(written);
    return written;
  }

  /** A sleeping program is woken in time; in slices, so that what others do in between is noticed. */
  #schedule({ pace, virtualTimeUs }: Written): void {
    if (pace.wakeUs === undefined) return;
    const toUs = Math.min(pace.wakeUs, virtualTimeUs + SLICE_US);
    this.#wake = setTimeout(
      () => this.#waitingFor() || this.#enqueue({ kind: 'terminal.advance', terminalId: this.terminalId, toUs }),
      Math.max(0, (toUs - virtualTimeUs) / 1000),
    );
  }

  /** An entry that is on its way wakes the program just as well. */
  #waitingFor(): boolean {
    return this.#writing || this.#waiting.length > 0;
  }

  /** Time goes on while somebody looks at what has been set in motion. */
  #attend(): void {
    this.#leaveClock ??= this.clocks.wait(this.sandboxId);
    clearTimeout(this.#attention);
    this.#attention = setTimeout(() => this.#lookAway(), ATTENTION_MS);
    this.#attention.unref();
  }

  #lookAway(): void {
    clearTimeout(this.#attention);
    this.#leaveClock?.();
    this.#leaveClock = undefined;
  }

  #notice(event: HostEvent): void {
    if (event.type === 'deleted') return this.#end(null, 'the sandbox was deleted');
    if (event.type === 'reset') return this.#end(null, 'the sandbox was started over');
    if (event.kind === 'revert' && !this.#ended) this.resume();
  }

  #end(exitCode: number | null, reason?: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#finish();
    this.sink.end(exitCode, reason);
  }

  #finish(): void {
    clearTimeout(this.#wake);
    this.#lookAway();
    this.#unsubscribe();
  }
}
