import type { ClusterSummary, ObjectEvent } from '@svclab/sandbox';
import type { HostEvent, SandboxHost } from '../../engine/sandbox-host.js';

/** Events that are kept for those who resume: further back they are told to list anew. */
const MAX_EVENTS = 2048;

/** All that the kept events may hold together, as JSON; few large objects shorten the past as many small ones do. */
const MAX_CHARACTERS = 16 * 2 ** 20;

/** A change of an object with its place in the order of all writes, and the virtual time of its entry. */
export interface PastEvent extends ObjectEvent {
  readonly version: number;
  readonly nowUs: number;
  /** Of the object as JSON. */
  readonly characters: number;
}

/** `expired`: versions before now can no longer be watched from (an undo, a new log). `ended`: there is nothing left to watch. */
export type HistoryListener = (happened: PastEvent | 'expired' | 'ended') => void;

/** The latest changes of one sandbox's objects: what etcd's history and the API server's watch cache are in life. */
export class ObjectHistory {
  readonly #listeners = new Set<HistoryListener>();
  readonly #unfollow: () => void;
  /** Each with a version after {@link #since}, which all changes after that version are among. */
  #events: PastEvent[] = [];
  #since = 0;
  #characters = 0;
  readonly ready: Promise<void>;

  constructor(
    host: SandboxHost,
    private readonly sandboxId: string,
    private readonly onEnd: () => void,
  ) {
    this.#unfollow = host.followObjects(sandboxId, (event) => this.#take(event));
    this.ready = this.#begin(host);
  }

  /** Nobody listens: it may be closed. */
  get isIdle(): boolean {
    return this.#listeners.size === 0;
  }

  /** Of the last change that is known. */
  get version(): number {
    return this.#events.at(-1)?.version ?? this.#since;
  }

  /** Calls back for each change after `version`, first those of the past; undefined where these are no longer all known. Returns how to stop. */
  listen(version: number, listener: HistoryListener): (() => void) | undefined {
    if (version < this.#since) return undefined;
    for (const event of this.#events) if (event.version > version) listener(event);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#unfollow();
    this.#tell('ended');
    this.#listeners.clear();
  }

  /** Reads come after the writes that were asked for before them: what was changed until now lies before this version. */
  async #begin(host: SandboxHost): Promise<void> {
    const { resourceVersion } = (await host.read(this.sandboxId, { kind: 'kubernetes.cluster' })) as ClusterSummary;
    this.#since = Math.max(this.#since, Number(resourceVersion));
    this.#keep(this.#events.filter(({ version }) => version > this.#since));
  }

  #keep(events: PastEvent[]): void {
    this.#events = events;
    this.#characters = events.reduce((sum, { characters }) => sum + characters, 0);
  }

  #take(event: HostEvent): void {
    if (event.type === 'deleted' || event.type === 'reset' || event.kind === 'revert') {
      // What the versions until now were is no longer so: whoever watches must look anew.
      this.#tell(event.type === 'deleted' ? 'ended' : 'expired');
      this.#listeners.clear();
      this.#unfollow();
      this.onEnd();
      return;
    }
    for (const change of event.written.objectEvents) {
      const characters = JSON.stringify(change.object).length;
      const version = Number(change.object.metadata.resourceVersion);
      const past = { ...change, version, nowUs: event.written.virtualTimeUs, characters };
      this.#events.push(past);
      this.#characters += characters;
      this.#tell(past);
    }
    while (this.#events.length > MAX_EVENTS || this.#characters > MAX_CHARACTERS) {
      const older = Math.ceil(this.#events.length / 2);
      this.#since = this.#events[older - 1]!.version;
      this.#keep(this.#events.slice(older));
    }
  }

  #tell(happened: Parameters<HistoryListener>[0]): void {
    for (const listener of this.#listeners) listener(happened);
  }
}
