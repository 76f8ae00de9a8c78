import type { LogPosition, PodLogAnswer, PodLogQuery } from '@svclab/sandbox';
import type { HostEvent } from '../engine/sandbox-host.js';
import type { LogServices } from './pod-log.js';

export interface LogSink {
  write(text: string): void;
  /** Nothing more will come. */
  end(): void;
}

/** Tells what a container writes, line by line, as the sandbox's time goes on for somebody who waits. */
export class LogFollower {
  #after: LogPosition | undefined;
  #reading = false;
  #again = false;
  #stopped = false;
  #release: () => void = () => undefined;

  constructor(
    private readonly services: LogServices,
    private readonly sandboxId: string,
    private readonly query: PodLogQuery,
    private readonly sink: LogSink,
  ) {}

  start(): void {
    const { host, clocks, streams } = this.services;
    const unsubscribe = host.subscribe(this.sandboxId, (event) => this.#notice(event));
    const leaveClock = clocks.wait(this.sandboxId);
    const forget = streams.add(() => this.#end());
    this.#release = () => {
      unsubscribe();
      leaveClock();
      forget();
    };
    void this.#read();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#release();
  }

  #end(): void {
    if (this.#stopped) return;
    this.stop();
    this.sink.end();
  }

  #notice(event: HostEvent): void {
    if (event.type !== 'entry') return this.#end();
    if (this.#reading) this.#again = true;
    else void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      do {
        this.#again = false;
        const asked = this.#after ? { ...this.query, after: this.#after } : this.query;
        const { text, next, ended } = (await this.services.host.read(this.sandboxId, asked)) as PodLogAnswer;
        if (this.#stopped) return;
        this.#after = next;
        if (text !== '') this.sink.write(text);
        if (ended) return this.#end();
      } while (this.#again);
    } catch {
      // The pod is gone, and its log with it.
      this.#end();
    } finally {
      this.#reading = false;
    }
  }
}
