import { Injectable } from '@nestjs/common';
import { SandboxHost } from '../engine/sandbox-host.js';

/** One entry moves the clock this far: ticks are coalesced to keep the log short. */
const TICK_MS = 1000;

interface Watched {
  watchers: number;
  timer: NodeJS.Timeout | undefined;
}

/** Moves the clocks of sandboxes in `realtime` mode, as long as somebody watches. Unwatched sandboxes log nothing. */
@Injectable()
export class RealtimeClocks {
  readonly #watched = new Map<string, Watched>();

  constructor(private readonly host: SandboxHost) {}

  /** Returns how to stop watching. */
  watch(sandboxId: string): () => void {
    const watched = this.#watched.get(sandboxId) ?? { watchers: 0, timer: undefined };
    this.#watched.set(sandboxId, watched);
    watched.watchers++;
    return () => {
      if (--watched.watchers > 0) return;
      this.#stop(watched);
      this.#watched.delete(sandboxId);
    };
  }

  /** To be told whenever a watched sandbox's mode is known or changes. */
  setMode(sandboxId: string, mode: string): void {
    const watched = this.#watched.get(sandboxId);
    if (!watched) return;
    if (mode !== 'realtime') this.#stop(watched);
    else watched.timer ??= setInterval(() => this.#tick(sandboxId, watched), TICK_MS);
  }

  #tick(sandboxId: string, watched: Watched): void {
    // A sandbox that cannot take a tick (deleted, log full) keeps its time.
    this.host.write(sandboxId, { kind: 'tick', advanceMs: TICK_MS }).catch(() => this.#stop(watched));
  }

  #stop(watched: Watched): void {
    clearInterval(watched.timer);
    watched.timer = undefined;
  }
}
