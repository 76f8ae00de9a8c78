import {
  ConnectionError,
  createSandbox,
  type Exec,
  type ExecEvent,
  newIdempotencyKey,
  type Problem,
  ProblemError,
  SandboxClient,
  type SandboxEvent,
} from '@svclab/client';
import { PageStorage } from './page-storage.js';
import { Patience, retryDelayMs } from './retry.js';
import { isStale, NOTHING, reduceSandbox, type SandboxChange, type SandboxState } from './sandbox-state.js';
import { tabName, Tabs } from './tabs.js';

/** All blocks of a page share this session, so that a variable set in one is known to the next. */
const SESSION = 'page';

/** Same origin: the portal is served by the API. */
const BASE_URL = '';

/** What the leading tab tells the others. */
type Told = { readonly change: SandboxChange };

/** Whether the server says that there is no room: one sandbox too many, or a log that is full. */
export const isQuota = ({ status }: Problem): boolean => status === 507 || status === 429;

/**
 * The reader's sandbox of one page: made at the first run, remembered by the browser, shared by its tabs. Reads through
 * `subscribe` and `state`; the rest changes it.
 */
export class SandboxStore {
  readonly storage: PageStorage;
  /** This browser tab, among those that show the page. */
  readonly tab = tabName();
  readonly #listeners = new Set<() => void>();
  readonly #patience = new Patience();
  #state: SandboxState = NOTHING;
  #client: SandboxClient | undefined;
  #making: Promise<SandboxClient> | undefined;
  #tabs: Tabs<Told> | undefined;
  #following: AbortController | undefined;
  #leads = false;

  constructor(readonly scope: string) {
    this.storage = new PageStorage(scope, storageOfBrowser());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SandboxState => this.#state;

  /** Undefined until the first run. */
  get client(): SandboxClient | undefined {
    return this.#client;
  }

  /** Takes up what the browser remembers, and goes along with the other tabs. Returns how to stop. */
  open(): () => void {
    this.#adopt();
    this.#tabs = new Tabs<Told>(this.scope, this.storage, {
      message: ({ change }) => this.#apply(change),
      lead: (leads) => {
        this.#leads = leads;
        this.#follow();
      },
    });
    const unwatch = this.storage.watch('sandbox', () => this.#adopt());
    const online = (): void => this.#patience.wake();
    window.addEventListener('online', online);
    return () => {
      window.removeEventListener('online', online);
      unwatch();
      this.#tabs?.close();
      this.#tabs = undefined;
      this.#leads = false;
      this.#following?.abort();
    };
  }

  /** The sandbox, made now where there is none. Throws what the server refuses; waits while it cannot be reached. */
  ensure(signal?: AbortSignal): Promise<SandboxClient> {
    this.#adopt();
    if (this.#client && this.#state.status === 'ready') return Promise.resolve(this.#client);
    this.#making ??= this.#make(signal).finally(() => (this.#making = undefined));
    return this.#making;
  }

  /** A new sandbox in place of one that is gone. */
  startAnew(): Promise<SandboxClient> {
    this.storage.sandbox = undefined;
    this.#client = undefined;
    this.#change({ type: 'forgotten' });
    return this.ensure();
  }

  /**
   * Runs a command and tells what it does. While the server is gone it waits; what was sent before is sent again with its
   * own key, so it is never run twice, and told again from its start.
   */
  async run(body: Omit<Exec, 'session'>, tell: (event: ExecEvent) => void, signal: AbortSignal): Promise<void> {
    const idempotencyKey = newIdempotencyKey();
    await this.#write(async (client) => {
      for await (const event of client.follow({ ...body, session: SESSION, trace: 'first' }, { idempotencyKey, signal })) {
        if (event.event === 'start' || event.event === 'tick') this.#change({ type: 'seen', ...event.data });
        tell(event);
      }
    }, signal);
  }

  /** Undo: the cluster becomes as it was after `toSeq`. */
  async revert(toSeq: number): Promise<void> {
    const idempotencyKey = newIdempotencyKey();
    await this.#write(async (client) => {
      const { seq, virtualTime } = await client.revert(toSeq, { idempotencyKey });
      this.#change({ type: 'undone', toSeq, seq });
      this.#change({ type: 'seen', seq, virtualTime });
    });
  }

  /** Starts over in a new log: all blocks have still to be run. */
  async reset(): Promise<void> {
    const idempotencyKey = newIdempotencyKey();
    await this.#write(async (client) => {
      // The event stream tells all tabs.
      await client.reset({ idempotencyKey });
    });
  }

  /** Calls the server until it can be reached. A write must carry the same idempotency key each time. */
  async #write(call: (client: SandboxClient) => Promise<void>, signal?: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await call(await this.ensure(signal));
      } catch (error) {
        if (error instanceof ProblemError) this.#refused(error.problem);
        if (!(error instanceof ConnectionError) || signal?.aborted) throw error;
        this.#change({ type: 'lost' });
        await this.#patience.wait(retryDelayMs(tries), signal);
        if (signal?.aborted) throw error;
      }
    }
  }

  async #make(signal?: AbortSignal): Promise<SandboxClient> {
    this.#change({ type: 'making' });
    // Kept until it has worked: neither a lost answer, a reload nor a second tab makes a second sandbox.
    const idempotencyKey = this.storage.read<string>('making') ?? newIdempotencyKey();
    this.storage.write('making', idempotencyKey);
    for (let tries = 1; ; tries++) {
      try {
        const made = await createSandbox({ baseUrl: BASE_URL }, { name: this.scope }, { idempotencyKey, signal });
        const { id, token, seq, virtualTime } = made;
        this.storage.sandbox = { id, token };
        this.storage.write('making', undefined);
        this.#client = new SandboxClient({ baseUrl: BASE_URL, id, token });
        this.#change({ type: 'made', id, seq, virtualTime });
        this.#follow();
        return this.#client;
      } catch (error) {
        if (!(error instanceof ConnectionError) || signal?.aborted) {
          if (error instanceof ProblemError) this.#refused(error.problem);
          this.#change({ type: 'failed' });
          throw error;
        }
        this.#change({ type: 'lost' });
        await this.#patience.wait(retryDelayMs(tries), signal);
      }
    }
  }

  #refused(problem: Problem): void {
    if (isQuota(problem)) this.#change({ type: 'refused', problem });
    else if (problem.status === 404 && problem.detail.startsWith('no such sandbox')) this.#change({ type: 'gone' });
  }

  /** Takes up the sandbox that this or another tab has made. */
  #adopt(): void {
    const saved = this.storage.sandbox;
    if (!saved || saved.id === this.#state.id) return;
    this.#client = new SandboxClient({ baseUrl: BASE_URL, id: saved.id, token: saved.token });
    this.#apply({ type: 'found', id: saved.id, remembered: saved.remembered });
    this.#follow();
  }

  /** Listens to the sandbox as long as this tab leads. */
  #follow(): void {
    this.#following?.abort();
    if (!this.#leads || !this.#client || this.#state.status !== 'ready') return;
    const controller = new AbortController();
    this.#following = controller;
    void this.#listen(this.#client, controller.signal);
  }

  async #listen(client: SandboxClient, signal: AbortSignal): Promise<void> {
    for (let tries = 1; !signal.aborted; tries++) {
      try {
        for await (const event of client.entries(this.#state.seq || undefined, { signal })) {
          tries = 0;
          await this.#hear(client, event);
          if (event.event === 'deleted') return;
        }
      } catch (error) {
        if (error instanceof ProblemError) {
          this.#refused(error.problem);
          if (this.#state.status === 'gone') return;
        }
      }
      if (signal.aborted) return;
      this.#change({ type: 'lost' });
      await this.#patience.wait(retryDelayMs(tries), signal);
    }
  }

  async #hear(client: SandboxClient, event: SandboxEvent): Promise<void> {
    if (event.event === 'entry' && event.data.kind === 'revert') {
      const { input } = await client.entry(event.data.seq);
      this.#change({ type: 'undone', toSeq: input['toSeq'] as number, seq: event.data.seq });
    }
    this.#change({ type: 'event', event });
    if (event.event === 'hello') this.#patience.wake();
  }

  /** Here and in the other tabs. */
  #change(change: SandboxChange): void {
    this.#apply(change);
    if (change.type !== 'made') this.#tabs?.tell({ change });
  }

  #apply(change: SandboxChange): void {
    const before = this.#state;
    const next = reduceSandbox(before, change);
    if (next === before) return;
    this.#state = next;
    if (next.status === 'gone') this.#following?.abort();
    if (next.log !== before.log || next.undone !== before.undone || next.seq !== before.seq) this.#remember();
    for (const listener of this.#listeners) listener();
  }

  #remember(): void {
    const saved = this.storage.sandbox;
    const { id, log, undone, seq } = this.#state;
    if (saved && saved.id === id) this.storage.sandbox = { ...saved, remembered: { log, undone, seq } };
  }

  isStale(made: { readonly sandboxId: string; readonly log: number; readonly seq: number }): boolean {
    return isStale(this.#state, made);
  }
}

function storageOfBrowser(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
