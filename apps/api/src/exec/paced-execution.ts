import { randomBytes } from 'node:crypto';
import type { EntryInput } from '@svclab/sandbox';
import type { SandboxHost, Written } from '../engine/sandbox-host.js';
import type { RequestIdentity, StoredEntry } from '../persistence/log-types.js';
import { ProblemError } from '../problems/problem.js';
import { defined } from '../sandboxes/defined.js';
import { isoTime } from '../sandboxes/presentation.js';
import type { Exec } from './exec.schemas.js';

/** Virtual time moves at least this often while a command sleeps, so that others see it pass. */
const SLICE_MS = 1000;

/** Characters of standard input that wait for their entry at most. */
const MAX_UNSENT = 2 ** 18;

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGKILL';

/** Where a paced command's events go. */
export interface ExecSink {
  send(event: 'start' | 'stdout' | 'stderr' | 'trace' | 'tick' | 'end', data: object, seq: number): void;
}

/**
 * A command that is shown as it runs. It is several entries: its start, one advance each time it has slept (paced by the
 * real clock, one virtual second a second), signals. Each is durable before its output leaves.
 */
export class PacedExecution {
  readonly execId = randomBytes(8).toString('hex');
  #ended = false;
  #wake: (() => void) | undefined;
  #last: Written | undefined;
  /** Standard input that is not written yet. */
  #unsent = '';
  #inputEnds = false;
  #sending: Promise<void> | undefined;
  #begun: () => void = () => undefined;
  /** Resolves when it has been started, or could not be. */
  readonly started = new Promise<void>((resolve) => (this.#begun = resolve));

  constructor(
    private readonly host: SandboxHost,
    private readonly sandboxId: string,
    private readonly asked: Exec & { readonly openStdin?: boolean },
    private readonly sink: ExecSink,
  ) {}

  /**
   * Runs the command to its end. Where the same request has started one before, nothing is run: resolves to that one's first
   * entry. Rejects only when it could not be started.
   */
  async run(request?: RequestIdentity): Promise<StoredEntry | undefined> {
    const { cluster: _, ...asked } = this.asked;
    const start = await this.host
      .write(this.sandboxId, { kind: 'exec.start', execId: this.execId, ...defined(asked) }, { request })
      .catch((error: unknown) => {
        this.#ended = true;
        this.#begun();
        throw error;
      });
    if (start.earlier) {
      this.#ended = true;
      this.#begun();
      return start.earlier;
    }
    this.sink.send('start', { execId: this.execId, seq: start.seq, virtualTime: isoTime(start.virtualTimeUs) }, start.seq);
    this.#show(start);
    this.#begun();
    while (!this.#ended) {
      await this.#sleep();
      if (!this.#ended) await this.#step({ kind: 'exec.advance', execId: this.execId, toUs: this.#nextUs() });
    }
    return undefined;
  }

  /** Undefined when the command had already ended, or has not started yet. */
  async signal(signal: SignalName): Promise<Written | undefined> {
    if (this.#ended || !this.#last) return undefined;
    return this.#step({ kind: 'exec.signal', execId: this.execId, signal });
  }

  /** More of standard input, where the command was started with `openStdin`. Resolves when there is room for more. */
  async input(text: string, ends: boolean): Promise<void> {
    this.#unsent += text;
    this.#inputEnds ||= ends;
    const sending = (this.#sending ??= this.#sendInput());
    if (this.#unsent.length > MAX_UNSENT) await sending;
  }

  /** What comes while one piece is being written is the next one. */
  async #sendInput(): Promise<void> {
    await this.started;
    for (let ended = false; !this.#ended && !ended && (this.#unsent !== '' || this.#inputEnds);) {
      const text = this.#unsent;
      ended = this.#inputEnds;
      this.#unsent = '';
      await this.#step({ kind: 'exec.input', execId: this.execId, text, ...(ended && { ends: true }) });
    }
    this.#sending = undefined;
  }

  async #step(input: EntryInput): Promise<Written | undefined> {
    try {
      const written = await this.host.write(this.sandboxId, input);
      this.#show(written);
      return written;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #show(written: Written): void {
    if (this.#ended) return;
    const { seq, pace, virtualTimeUs } = written;
    const moved = this.#last !== undefined && virtualTimeUs > this.#last.virtualTimeUs;
    this.#last = written;
    for (const { stream, text } of pace.output ?? []) this.sink.send(stream, { text }, seq);
    for (const { traceId } of written.value.traces ?? []) this.sink.send('trace', { seq, traceId }, seq);
    if (pace.exitCode !== undefined) {
      this.#end({ seq, exitCode: pace.exitCode, virtualMs: (written.value as { virtualMs: number }).virtualMs }, seq);
    } else if (moved) {
      this.sink.send('tick', { seq, virtualTime: isoTime(virtualTimeUs) }, seq);
    }
    this.#wake?.();
  }

  /** Gone from under us: an undo, a reset, a deleted sandbox, a lost worker. */
  #fail(error: unknown): void {
    if (this.#ended) return;
    const problem =
      error instanceof ProblemError ? error.problem : { status: 500, title: 'Internal Server Error', detail: 'the server failed' };
    const seq = this.#last!.seq;
    this.#end({ seq, exitCode: null, reason: problem.detail }, seq);
  }

  #end(data: object, seq: number): void {
    this.#ended = true;
    this.sink.send('end', data, seq);
    this.#wake?.();
  }

  #nextUs(): number {
    const { virtualTimeUs, pace } = this.#last!;
    return Math.min(pace.wakeUs ?? Infinity, virtualTimeUs + SLICE_MS * 1000);
  }

  /** It waits for input alone: nothing but that, or a signal, can wake it. */
  get #isIdle(): boolean {
    const { pace } = this.#last!;
    return pace.awaitsInput === true && pace.wakeUs === undefined;
  }

  /** As long in real time as the command sleeps in virtual time, a slice at most; shorter when something comes between. */
  #sleep(): Promise<void> {
    const delayMs = Math.max(0, (this.#nextUs() - this.#last!.virtualTimeUs) / 1000);
    return new Promise((resolve) => {
      const timer = this.#isIdle ? undefined : setTimeout(done, delayMs);
      const wake = (): void => done();
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#wake = wake;
    });
  }
}
