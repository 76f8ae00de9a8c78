import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { TerminalAsked } from '@svclab/sandbox';
import { SandboxHost, type Written } from '../engine/sandbox-host.js';
import { ProblemError } from '../problems/problem.js';
import { RealtimeClocks } from '../streams/realtime-clocks.js';
import { LiveTerminal, type TerminalSink } from './live-terminal.js';
import { type Shown, shownAfter } from './shown-before.js';
import type { OpenTerminal } from './terminals.schemas.js';

/** Terminals of one sandbox that may be open at a time. */
const MAX_TERMINALS = 16;

/** A program that nobody watches any more gets this long before Ctrl-C: a page that is loaded anew comes back sooner. */
const UNWATCHED_MS = 60_000;

interface Watched {
  readonly live: LiveTerminal;
  readonly sinks: Set<TerminalSink>;
  unwatched: NodeJS.Timeout | undefined;
}

/** The terminals that somebody watches, or has watched a moment ago. One may have several watchers. */
@Injectable()
export class LiveTerminals {
  readonly #watched = new Map<string, Watched>();

  constructor(
    private readonly host: SandboxHost,
    private readonly clocks: RealtimeClocks,
  ) {}

  async open(sandboxId: string, { at, cols, rows, command }: OpenTerminal): Promise<Written> {
    const { items } = await this.host.read(sandboxId, { kind: 'terminals' });
    if ((items as unknown[]).length >= MAX_TERMINALS)
      throw new ProblemError({ status: 429, title: 'Too Many Terminals', detail: `${MAX_TERMINALS} terminals are open: close one first` });
    const watched = this.#watch(sandboxId, randomBytes(8).toString('hex'));
    const written = await this.#open(watched, { columns: cols, rows, ...(at && { at }), ...(command && { command }) });
    this.#waitForSomebody(watched);
    return written;
  }

  /** The terminal that is a container's first process; whoever comes first opens it. */
  async ofContainer(sandboxId: string, terminalId: string, asked: TerminalAsked): Promise<void> {
    const { items } = await this.host.read(sandboxId, { kind: 'terminals' });
    if ((items as { terminalId: string }[]).some((terminal) => terminal.terminalId === terminalId)) return;
    await this.#open(this.#watch(sandboxId, terminalId), asked);
  }

  /** Shows what came after `offset`, and then what comes. Returns the terminal and how to leave it. */
  async attach(
    sandboxId: string,
    terminalId: string,
    offset: number,
    sink: TerminalSink,
  ): Promise<{ live: LiveTerminal; leave: () => void }> {
    const watched = this.#watched.get(keyOf(sandboxId, terminalId)) ?? this.#resume(sandboxId, terminalId);
    // What comes while the beginning is still being looked up waits for it.
    let waiting: Shown[] | undefined = [];
    let ended: (() => void) | undefined;
    const own: TerminalSink = {
      output: (text, at) => (waiting ? waiting.push({ text, offset: at }) : sink.output(text, at)),
      end: (exitCode, reason) => {
        ended = () => sink.end(exitCode, reason);
        if (!waiting) ended();
      },
    };
    watched.sinks.add(own);
    clearTimeout(watched.unwatched);
    const leave = (): void => {
      watched.sinks.delete(own);
      if (watched.sinks.size === 0) this.#waitForSomebody(watched);
    };
    let told = offset;
    const tell = (pieces: readonly Shown[]): void => {
      for (const piece of pieces) {
        if (piece.offset <= told) continue;
        told = piece.offset;
        sink.output(piece.text, piece.offset);
      }
    };
    try {
      tell(await shownAfter(this.host, sandboxId, terminalId, offset));
    } catch (error) {
      leave();
      throw error;
    }
    tell(waiting);
    waiting = undefined;
    ended?.();
    return { live: watched.live, leave };
  }

  /** Ends it, whatever runs there. */
  hangUp(sandboxId: string, terminalId: string): void {
    const watched = this.#watched.get(keyOf(sandboxId, terminalId)) ?? this.#resume(sandboxId, terminalId);
    watched.live.hangUp();
  }

  async #open({ live }: Watched, asked: TerminalAsked): Promise<Written> {
    try {
      return await live.open(asked);
    } catch (error) {
      this.#watched.delete(keyOf(live.sandboxId, live.terminalId));
      throw error;
    }
  }

  #resume(sandboxId: string, terminalId: string): Watched {
    const watched = this.#watch(sandboxId, terminalId);
    watched.live.resume();
    return watched;
  }

  #watch(sandboxId: string, terminalId: string): Watched {
    const key = keyOf(sandboxId, terminalId);
    const sinks = new Set<TerminalSink>();
    const live = new LiveTerminal(this.host, this.clocks, sandboxId, terminalId, {
      output: (text, offset) => {
        for (const sink of sinks) sink.output(text, offset);
      },
      end: (exitCode, reason) => {
        this.#watched.delete(key);
        clearTimeout(watched.unwatched);
        for (const sink of sinks) sink.end(exitCode, reason);
      },
    });
    const watched: Watched = { live, sinks, unwatched: undefined };
    this.#watched.set(key, watched);
    return watched;
  }

  /** Nobody watches: a program is interrupted, a prompt is left as it is. */
  #waitForSomebody(watched: Watched): void {
    const { live } = watched;
    if (live.ended) return;
    clearTimeout(watched.unwatched);
    watched.unwatched = setTimeout(() => {
      if (live.busy) {
        live.signal('SIGINT');
        return this.#waitForSomebody(watched);
      }
      live.leave();
      this.#watched.delete(keyOf(live.sandboxId, live.terminalId));
    }, UNWATCHED_MS);
    watched.unwatched.unref();
  }
}

const keyOf = (sandboxId: string, terminalId: string): string => `${sandboxId}/${terminalId}`;
