import { Prng, type Delta } from '@svclab/sim';

/** What the oracle compares of one entry. */
export interface ReplayedEntry {
  readonly seq: number;
  readonly delta: Delta;
  readonly stateHash: string;
  /** Whatever was shown: transcripts must agree too. */
  readonly output: string;
}

/** Something whose state is a function of its log. */
export interface Machine<Input> {
  execute(input: Input): Promise<ReplayedEntry>;
  /** A plain JSON value. */
  snapshot(): unknown;
  /** The hash computed from scratch, to check the incremental one. */
  fullHash(): string;
}

export interface MachineKind<Input> {
  create(): Machine<Input>;
  restore(snapshot: unknown, deltas: readonly ReplayedEntry[]): Machine<Input>;
}

/** Two executions of one log disagree. The message names the first seq and the first table that differ. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';
}

/**
 * Runs one log in every way in which it may ever be run, and throws {@link DivergenceError}
 * where two ways differ: cold, warm, interleaved with another log, from a snapshot taken at a
 * random seq by re-execution, and from that snapshot by its deltas. Returns the reference log.
 */
export async function checkReplay<Input>(
  kind: MachineKind<Input>,
  inputs: readonly Input[],
  other: readonly Input[],
  splitSeed = 1,
): Promise<readonly ReplayedEntry[]> {
  const splitAt = cutOf(splitSeed, inputs.length);
  const cold = kind.create();
  const reference: ReplayedEntry[] = [];
  let snapshot: unknown;
  for (const [index, input] of inputs.entries()) {
    reference.push(await cold.execute(input));
    if (index + 1 === splitAt) snapshot = JSON.parse(JSON.stringify(cold.snapshot()));
  }
  if (cold.fullHash() !== reference.at(-1)!.stateHash)
    throw new DivergenceError(`the incremental state hash ${reference.at(-1)!.stateHash} is not the full one ${cold.fullHash()}`);

  compare('warm', reference, await runAll(kind.create(), inputs));
  compare('interleaved', reference, await interleaved(kind.create(), inputs, kind.create(), other));
  const resumed = kind.restore(snapshot, []);
  compare(`re-executed from a snapshot at seq ${splitAt}`, reference.slice(splitAt), await runAll(resumed, inputs.slice(splitAt)));
  const recovered = kind.restore(snapshot, reference.slice(splitAt));
  if (recovered.fullHash() !== reference.at(-1)!.stateHash) {
    throw new DivergenceError(
      `snapshot at seq ${splitAt} and deltas give ${recovered.fullHash()}, executing gave ${reference.at(-1)!.stateHash}`,
    );
  }
  return reference;
}

/** Where a log of `length` entries is cut for this seed: after 1 … length − 1 of them. */
export const cutOf = (splitSeed: number, length: number): number =>
  1 + Prng.derive(splitSeed, 'replay-oracle', length).below(Math.max(1, length - 1));

async function runAll<Input>(machine: Machine<Input>, inputs: readonly Input[]): Promise<ReplayedEntry[]> {
  const entries: ReplayedEntry[] = [];
  for (const input of inputs) entries.push(await machine.execute(input));
  return entries;
}

async function interleaved<Input>(
  machine: Machine<Input>,
  inputs: readonly Input[],
  otherMachine: Machine<Input>,
  other: readonly Input[],
): Promise<ReplayedEntry[]> {
  const entries: ReplayedEntry[] = [];
  for (const [index, input] of inputs.entries()) {
    if (other[index] !== undefined) await otherMachine.execute(other[index]);
    entries.push(await machine.execute(input));
  }
  return entries;
}

/** Throws at the first seq where the logs differ. */
export function compare(way: string, reference: readonly ReplayedEntry[], actual: readonly ReplayedEntry[]): void {
  for (const [index, expected] of reference.entries()) {
    const got = actual[index];
    if (!got) throw new DivergenceError(`${way}: the log ends before seq ${expected.seq}`);
    if (got.seq !== expected.seq) throw new DivergenceError(`${way}: seq ${got.seq} stands where ${expected.seq} was`);
    const record = firstDifference(expected.delta, got.delta);
    if (record) throw new DivergenceError(`${way}: seq ${expected.seq} differs first in table ${record}`);
    if (got.output !== expected.output)
      throw new DivergenceError(`${way}: seq ${expected.seq} printed\n${got.output}\nnot\n${expected.output}`);
    if (got.stateHash !== expected.stateHash)
      throw new DivergenceError(`${way}: seq ${expected.seq} has state hash ${got.stateHash}, not ${expected.stateHash}`);
  }
}

function firstDifference(expected: Delta, got: Delta): string | undefined {
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    const [a, b] = [expected[i], got[i]];
    if (a && b && a[0] === b[0] && a[1] === b[1] && a[2] === b[2]) continue;
    const show = (record: typeof a): string =>
      record ? `${record[0]}, key ${record[1]}: ${(record[2] ?? 'deleted').slice(0, 300)}` : 'no further record';
    return `${show(a)}\n  against ${show(b)}`;
  }
  return undefined;
}
