import { deltaOf, Sim, type StoreDump } from '@svclab/sim';
import { checkReplay, type MachineKind, type ReplayedEntry } from './replay-oracle.js';

/** A toy with everything that can leak: chance, time, timers, a queue, an index. */
class Toy {
  readonly sim = new Sim();
  readonly counters = this.sim.store.table<{ n: number }>('toy.counters');
  #queued: string[] = [];
  #seq = 0;

  constructor(private readonly leak: () => number) {
    this.sim.timers.on('toy.decay', () => this.#bump('decayed'));
    this.counters.subscribe((key) => key === 'asked' && this.#queued.push(key));
    this.sim.addWorkQueue({
      drain: () => {
        const work = this.#queued.splice(0);
        for (const _ of work) this.#bump('noticed');
        return work.length > 0;
      },
      clear: () => (this.#queued = []),
    });
  }

  async execute(input: number): Promise<ReplayedEntry> {
    const seq = ++this.#seq;
    this.sim.beginEntry(seq);
    if (seq === 1) this.sim.initialise({ seed: 42, startUs: 0 });
    this.counters.put('asked', { n: input });
    this.counters.put('drawn', { n: this.sim.random('toy').u32() + this.leak() });
    this.sim.timers.set(`decay/${seq}`, { dueUs: this.sim.nowUs + 5 * input, kind: 'toy.decay' });
    this.sim.advance(7);
    const { changes, stateHash } = this.sim.prepareEntry();
    const entry = { seq, delta: deltaOf(changes), stateHash, output: String(this.counters.get('drawn')!.n) };
    this.sim.store.commitPrepared();
    return entry;
  }

  snapshot(): unknown {
    return { seq: this.#seq, dump: this.sim.store.dump() };
  }

  fullHash(): string {
    return this.sim.store.fullHash();
  }

  static restore(leak: () => number, snapshot: { seq: number; dump: StoreDump }, deltas: readonly ReplayedEntry[]): Toy {
    const toy = new Toy(leak);
    toy.sim.store.load(snapshot.dump);
    toy.#seq = snapshot.seq;
    for (const { delta, seq } of deltas) {
      toy.sim.store.apply(delta);
      toy.#seq = seq;
    }
    toy.sim.discardWork();
    return toy;
  }

  #bump(key: string): void {
    this.counters.put(key, { n: (this.counters.get(key)?.n ?? 0) + 1 });
  }
}

const kind = (leak: () => number): MachineKind<number> => ({
  create: () => new Toy(leak),
  restore: (snapshot, deltas) => Toy.restore(leak, snapshot as { seq: number; dump: StoreDump }, deltas),
});

describe('the replay oracle', () => {
  it.each([1, 2, 3, 4, 5])('finds a sealed state equal in every way of running it (split %i)', async (split) => {
    const log = await checkReplay(
      kind(() => 0),
      [1, 2, 3, 4, 5, 6, 7],
      [9, 9, 9, 9, 9],
      split,
    );
    expect(log).toHaveLength(7);
  });

  it('names the seq and the table where the host leaks in', async () => {
    let calls = 0;
    await expect(
      checkReplay(
        kind(() => (++calls > 5 ? 1 : 0)),
        [1, 2, 3],
        [],
      ),
    ).rejects.toThrow(/warm: seq 3 differs first in table toy\.counters, key drawn/);
  });

  it('notices state that lives outside the tables', async () => {
    const hidden = { n: 0 };
    const forgetful: MachineKind<number> = {
      create: () => {
        hidden.n = 0;
        return new Toy(() => hidden.n++);
      },
      restore: (snapshot, deltas) => Toy.restore(() => 0, snapshot as { seq: number; dump: StoreDump }, deltas),
    };
    await expect(checkReplay(forgetful, [1, 2, 3, 4], [])).rejects.toThrow(/snapshot/);
  });
});
