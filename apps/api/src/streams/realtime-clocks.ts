import { Injectable } from '@nestjs/common';
import { type HostEvent, SandboxHost } from '../engine/sandbox-host.js';

/** In realtime mode one entry moves the clock this far: ticks are coalesced to keep the log short. */
const TICK_MS = 1000;

/** While somebody waits for what is still moving; and when nothing but periodic timers is left. */
const WAITING_TICK_MS = 500;
const RESTING_TICK_MS = 10_000;

/** Longest stretch that one tick makes up for: a machine that slept does not let its sandboxes age. */
const MAX_TICK_MS = 60_000;

interface Watched {
  /** Who follows the sandbox: time moves for them in realtime mode. */
  watchers: number;
  /** Who waits for something to happen, as `kubectl wait` does: time moves for them in auto mode too. */
  waiters: number;
  /** Undefined until it is known. */
  mode: string | undefined;
  resting: boolean;
  /** Real time of the last tick, milliseconds since the epoch. */
  tickedMs: number;
  timer: NodeJS.Timeout | undefined;
  readonly unsubscribe: () => void;
}

/** Moves the clocks of sandboxes, as long as somebody watches or waits in real time. All others log nothing. */
@Injectable()
export class RealtimeClocks {
  readonly #watched = new Map<string, Watched>();

  constructor(private readonly host: SandboxHost) {}

  /** Returns how to stop watching. */
  watch(sandboxId: string): () => void {
    return this.#join(sandboxId, 'watchers');
  }

  /** As {@link watch}, for somebody who waits. When the last of them has gone, what was still moving comes to rest. */
  wait(sandboxId: string): () => void {
    const leave = this.#join(sandboxId, 'waiters');
    if (this.#watched.get(sandboxId)!.mode === undefined) {
      // A sandbox that cannot be read any more needs no clock.
      this.host.read(sandboxId, { kind: 'summary' }).then(
        ({ clockMode }) => this.setMode(sandboxId, clockMode),
        () => undefined,
      );
    }
    return leave;
  }

  /** Whether somebody waits: writes then need not settle, since time goes on by itself. */
  isWaitedFor(sandboxId: string): boolean {
    return (this.#watched.get(sandboxId)?.waiters ?? 0) > 0;
  }

  /** To be told when a watched sandbox's mode is known. */
  setMode(sandboxId: string, mode: string): void {
    const watched = this.#watched.get(sandboxId);
    if (!watched) return;
    watched.mode = mode;
    this.#schedule(sandboxId, watched);
  }

  #join(sandboxId: string, as: 'watchers' | 'waiters'): () => void {
    const watched = this.#watched.get(sandboxId) ?? this.#start(sandboxId);
    watched[as]++;
    this.#schedule(sandboxId, watched);
    return () => {
      watched[as]--;
      if (as === 'waiters' && watched.waiters === 0 && watched.mode === 'auto' && !watched.resting) this.#settle(sandboxId);
      if (watched.watchers + watched.waiters > 0) return this.#schedule(sandboxId, watched);
      this.#stop(watched);
      watched.unsubscribe();
      this.#watched.delete(sandboxId);
    };
  }

  #start(sandboxId: string): Watched {
    const unsubscribe = this.host.subscribe(sandboxId, (event) => this.#notice(sandboxId, event));
    const watched: Watched = {
      watchers: 0,
      waiters: 0,
      mode: undefined,
      resting: false,
      tickedMs: Date.now(),
      timer: undefined,
      unsubscribe,
    };
    this.#watched.set(sandboxId, watched);
    return watched;
  }

  #notice(sandboxId: string, event: HostEvent): void {
    const watched = this.#watched.get(sandboxId);
    if (!watched || event.type === 'deleted') return;
    if (event.kind === 'clock') watched.mode = event.written.value.mode as string;
    const wasResting = watched.resting;
    // What a write has set in motion is not known yet: the next tick will tell.
    watched.resting = event.kind === 'tick' && event.written.value.resting !== false;
    if (wasResting && !watched.resting) {
      // The rest before the write is let go, or it would be taken off what the write has set in motion.
      watched.tickedMs = Date.now();
      this.#schedule(sandboxId, watched);
    } else if (event.kind === 'clock') this.#schedule(sandboxId, watched);
  }

  /** Milliseconds between two ticks; undefined where time does not move by itself. */
  #periodMs({ mode, watchers, waiters, resting }: Watched): number | undefined {
    if (mode === 'realtime' && watchers > 0) return TICK_MS;
    if (waiters === 0 || mode === undefined || mode === 'paused') return undefined;
    return resting ? RESTING_TICK_MS : WAITING_TICK_MS;
  }

  #schedule(sandboxId: string, watched: Watched): void {
    const wasMoving = watched.timer !== undefined;
    this.#stop(watched);
    const periodMs = this.#periodMs(watched);
    if (periodMs === undefined) return;
    if (!wasMoving) watched.tickedMs = Date.now();
    watched.timer = setTimeout(() => void this.#tick(sandboxId, watched), periodMs);
  }

  async #tick(sandboxId: string, watched: Watched): Promise<void> {
    const nowMs = Date.now();
    const advanceMs = Math.min(MAX_TICK_MS, Math.max(1, nowMs - watched.tickedMs));
    watched.tickedMs = nowMs;
    try {
      await this.host.write(sandboxId, { kind: 'tick', advanceMs });
      if (this.#watched.get(sandboxId) === watched) this.#schedule(sandboxId, watched);
    } catch {
      // A sandbox that cannot take a tick (deleted, log full) keeps its time.
      this.#stop(watched);
    }
  }

  #settle(sandboxId: string): void {
    this.host.write(sandboxId, { kind: 'tick', advanceMs: 0, settle: true }).catch(() => undefined);
  }

  #stop(watched: Watched): void {
    clearTimeout(watched.timer);
    watched.timer = undefined;
  }
}
