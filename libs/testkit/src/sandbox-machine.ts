import { Sandbox, type EntryInput, type Executed, type Snapshot } from '@svclab/sandbox';
import type { Machine, MachineKind, ReplayedEntry } from './replay-oracle.js';

/** A sandbox as the replay oracle sees it. It keeps its log, so that a revert finds the state it goes back to. */
class SandboxMachine implements Machine<EntryInput> {
  readonly #log: ReplayedEntry[] = [];
  #sandbox: Sandbox | undefined;
  #base: Snapshot | undefined;

  static restore(snapshot: unknown, deltas: readonly ReplayedEntry[]): SandboxMachine {
    const machine = new SandboxMachine();
    const { log, base, own } = snapshot as { log: ReplayedEntry[]; base: Snapshot; own: Snapshot };
    machine.#log.push(...log, ...deltas);
    machine.#base = base;
    machine.#sandbox = Sandbox.restore(own, deltas);
    return machine;
  }

  async execute(input: EntryInput): Promise<ReplayedEntry> {
    const { entry, answer } = await this.#run(input);
    if (!entry) throw new Error(answer.ok ? 'an entry without an entry' : answer.problem.detail);
    this.#sandbox!.commit();
    const { seq, delta, stateHash, transcript, virtualTimeUs } = entry;
    const replayed = { seq, delta, stateHash, output: JSON.stringify({ transcript, virtualTimeUs, value: answer.ok && answer.value }) };
    this.#log.push(replayed);
    this.#base ??= this.#sandbox!.snapshot();
    return replayed;
  }

  snapshot(): unknown {
    return { log: this.#log, base: this.#base, own: this.#sandbox!.snapshot() };
  }

  fullHash(): string {
    return this.#sandbox!.sim.store.fullHash();
  }

  async #run(input: EntryInput): Promise<Executed> {
    if (input.kind === 'create') {
      const { sandbox, ...executed } = await Sandbox.create(input);
      this.#sandbox = sandbox;
      return executed;
    }
    if (input.kind !== 'revert') return this.#sandbox!.execute(input);
    const target = Sandbox.restore(this.#base!, this.#log.slice(this.#base!.seq, input.toSeq));
    return this.#sandbox!.execute(input, { revertTarget: target.snapshot().dump });
  }
}

export const sandboxKind: MachineKind<EntryInput> = {
  create: () => new SandboxMachine(),
  restore: (snapshot, deltas) => SandboxMachine.restore(snapshot, deltas),
};
