import { assert, deltaOf, Sim, type Change, type StoreDump } from '@svclab/sim';
import { World } from '@svclab/cluster';
import { Shell, type Execution, type Terminal } from '@svclab/shell';
import { ENGINE_VERSION } from './engine-version.js';
import { objectEventOf } from './kubernetes/object-event.js';
import type { Answer, ClockMode, CreateInput, Entry, EntryInput, Executed, ObjectEvent } from './entry.js';
import { runEntry } from './entries/index.js';
import { read, type ReadQuery } from './reads/index.js';
import { RuleCauses } from './rule-causes.js';
import { rulesDiff } from './rules-diff.js';
import { upgradeSnapshot, type Snapshot } from './snapshot.js';

/** What a sandbox knows of itself beside its world. Table `sandbox.settings`, one record. */
export interface SettingsRecord {
  readonly profile: 'kind' | 'empty';
  readonly clockMode: ClockMode;
}

/** What a revert needs beside its input: the records as they were, which only the keeper of the log can give. */
export interface ExecuteContext {
  readonly revertTarget?: StoreDump;
}

/** A command that is asleep between two of its entries. It lives in memory only: losing it is a SIGKILL. */
export interface RunningExecution {
  readonly execution: Execution;
  readonly startedUs: number;
  readonly settle: boolean;
  /** The first request that it sends is still to be followed. */
  follow: boolean;
}

/**
 * One sandbox: its state, and the one way to change it. Each write is executed on the
 * open transaction; the caller makes the entry durable and then commits, or aborts.
 */
export class Sandbox {
  readonly sim = new Sim();
  readonly world = new World(this.sim);
  readonly shell = new Shell(this.world);
  readonly settings = this.sim.store.table<SettingsRecord>('sandbox.settings');
  /** Paced commands that are asleep, by execId. */
  readonly executions = new Map<string, RunningExecution>();
  /** Terminals that are in memory, by id; one at its prompt can be made anew from its record. */
  readonly terminals = new Map<string, Terminal>();
  /** Ids of commands and terminals that the open entry has moved on. */
  readonly movedOn = new Set<string>();
  #seq = 0;
  #pending: { readonly seq: number; readonly objectEvents: ObjectEvent[] } | undefined;

  constructor() {
    const { api } = this.world;
    api.subscribe((event) => this.#pending?.objectEvents.push(objectEventOf(event, api.resourceVersion)));
  }

  /** A new sandbox and its first entry, which is still to be committed. */
  static async create(input: CreateInput): Promise<{ sandbox: Sandbox } & Executed> {
    const sandbox = new Sandbox();
    return { sandbox, ...(await sandbox.execute(input)) };
  }

  /** The sandbox as it was at the last of `deltas`. Nothing is executed, so any engine version's log will do. Throws when too new. */
  static restore(snapshot: Snapshot, deltas: readonly Pick<Entry, 'seq' | 'delta' | 'stateHash'>[] = []): Sandbox {
    const sandbox = new Sandbox();
    const { store } = sandbox.sim;
    const upgraded = upgradeSnapshot(snapshot, store.tableVersions());
    if (!upgraded.ok) throw new RangeError(upgraded.error);
    store.load(upgraded.value.dump);
    sandbox.#seq = snapshot.seq;
    for (const { seq, delta, stateHash } of deltas) {
      assert(seq === sandbox.#seq + 1, `the log has a gap: seq ${sandbox.#seq} is followed by ${seq}`);
      store.apply(delta);
      assert(store.stateHash === stateHash, `state hash differs at seq ${seq}: ${store.stateHash}, the log says ${stateHash}`);
      sandbox.#seq = seq;
    }
    sandbox.sim.discardWork();
    return sandbox;
  }

  /** Another sandbox in the same state, to try something on and throw away. */
  copy(): Sandbox {
    return Sandbox.restore({
      format: 1,
      engineVersion: ENGINE_VERSION,
      seq: this.#seq,
      stateHash: this.stateHash,
      dump: this.sim.store.dump(),
    });
  }

  get seq(): number {
    return this.#seq;
  }

  get stateHash(): string {
    return this.sim.store.stateHash;
  }

  get virtualTimeUs(): number {
    return this.sim.nowUs;
  }

  get clockMode(): ClockMode {
    return this.settings.get('settings')?.clockMode ?? 'auto';
  }

  /**
   * Executes one entry. With an entry in the result, {@link commit} or {@link abort} must
   * follow; without one nothing has changed and the answer says why.
   */
  async execute(input: EntryInput, context: ExecuteContext = {}): Promise<Executed> {
    assert(!this.#pending, 'the entry before is still to be committed or aborted');
    const seq = this.#seq + 1;
    this.sim.beginEntry(seq);
    const { objectEvents } = (this.#pending = { seq, objectEvents: [] });
    try {
      const { answer, transcript } = await runEntry(this, input, context);
      if (!answer.ok) {
        this.abort();
        return { answer };
      }
      const { changes, stateHash } = this.sim.prepareEntry();
      return { entry: this.#entry(seq, input, changes, stateHash, transcript), answer, objectEvents };
    } catch (error) {
      if (this.#pending) this.abort();
      throw error;
    }
  }

  #entry(seq: number, input: EntryInput, changes: readonly Change[], stateHash: string, transcript: Entry['transcript']): Entry {
    // A cluster that was just made has every rule anew: that is no difference to read, and naming the cause of each costs a fifth of making it.
    const causes = new RuleCauses((rule) => this.world.kubeProxy.provenance(rule), this.#pending!.objectEvents);
    const rules = input.kind === 'create' ? [] : rulesDiff(changes, (rule) => causes.of(rule));
    return {
      seq,
      kind: input.kind,
      input,
      virtualTimeUs: this.sim.nowUs,
      engineVersion: ENGINE_VERSION,
      transcript,
      delta: deltaOf(changes),
      stateHash,
      ...(rules.length ? { rulesDiff: rules } : {}),
    };
  }

  /** The entry is durable. */
  commit(): void {
    assert(this.#pending, 'nothing to commit');
    this.sim.store.commitPrepared();
    this.movedOn.clear();
    this.#seq = this.#pending.seq;
    this.#pending = undefined;
  }

  /** The entry could not be kept: everything is as before it. What it has moved on in memory is lost. */
  abort(): void {
    assert(this.#pending, 'nothing to abort');
    this.#pending = undefined;
    for (const id of this.movedOn) {
      this.executions.delete(id);
      this.terminals.delete(id);
    }
    this.movedOn.clear();
    this.sim.abortEntry();
  }

  /** Answers a question about the state. Changes nothing, not even counters or the random streams' next draws. */
  read(query: ReadQuery): Answer {
    assert(!this.#pending, 'an entry is being executed');
    this.sim.beginEntry(this.#seq + 1);
    try {
      return read(this, query);
    } finally {
      this.sim.abortEntry();
    }
  }

  snapshot(): Snapshot {
    assert(!this.#pending, 'an entry is being executed');
    return { format: 1, engineVersion: ENGINE_VERSION, seq: this.#seq, stateHash: this.stateHash, dump: this.sim.store.dump() };
  }
}
