/**
 * A sandbox without a cluster, behind the same door as `@svclab/sandbox`: it counts. Its commands misbehave
 * in the ways that the server must survive, and it starts in no time, so that a test can kill it often.
 */
import { deltaOf, Sim } from '@svclab/sim';
import type { Answer, Entry, EntryInput, Executed, ExecuteContext, ReadQuery, Snapshot } from '@svclab/sandbox';

export const ENGINE_VERSION = 1;

/** Virtual time between two lines of the endless command. */
const STEP_US = 200_000;

interface Running {
  line: number;
  signal?: string;
}

export class Sandbox {
  readonly sim = new Sim();
  readonly #counter = this.sim.store.table<{ n: number }>('toy.counter');
  readonly #running = new Map<string, Running>();
  #seq = 0;
  #pending = 0;

  static restore(snapshot: Snapshot, deltas: readonly Pick<Entry, 'seq' | 'delta' | 'stateHash'>[]): Sandbox {
    const sandbox = new Sandbox();
    sandbox.sim.store.load(snapshot.dump);
    sandbox.#seq = snapshot.seq;
    for (const { seq, delta, stateHash } of deltas) {
      if (seq !== sandbox.#seq + 1) throw new Error(`gap: ${seq} follows ${sandbox.#seq}`);
      sandbox.sim.store.apply(delta);
      if (sandbox.sim.store.stateHash !== stateHash) throw new Error(`hash differs at ${seq}`);
      sandbox.#seq = seq;
    }
    return sandbox;
  }

  async execute(input: EntryInput, context: ExecuteContext = {}): Promise<Executed> {
    this.sim.beginEntry(this.#seq + 1);
    let answer: Answer;
    try {
      answer = this.#run(input, context);
    } catch (error) {
      this.sim.abortEntry();
      throw error;
    }
    if (!answer.ok) {
      this.sim.abortEntry();
      return { answer };
    }
    const { changes, stateHash } = this.sim.prepareEntry();
    this.#pending = this.#seq + 1;
    const transcript = transcriptOf(answer);
    const entry = { seq: this.#pending, kind: input.kind, input, virtualTimeUs: this.sim.nowUs, engineVersion: ENGINE_VERSION, transcript };
    return { entry: { ...entry, delta: deltaOf(changes), stateHash }, answer };
  }

  commit(): void {
    this.sim.store.commitPrepared();
    this.#seq = this.#pending;
  }

  read(query: ReadQuery): Answer {
    if (query.kind === 'summary')
      return { ok: true, value: { seq: this.#seq, stateHash: this.sim.store.stateHash, n: this.#n, clockMode: 'auto' } };
    if (query.kind === 'objects') return { ok: true, value: { kind: 'List', metadata: {}, items: OBJECTS } };
    return { ok: false, problem: { status: 404, title: 'NotFound', detail: 'not in this toy' } };
  }

  snapshot(): Snapshot {
    return { format: 1, engineVersion: ENGINE_VERSION, seq: this.#seq, stateHash: this.sim.store.stateHash, dump: this.sim.store.dump() };
  }

  get #n(): number {
    return this.#counter.get('n')?.n ?? 0;
  }

  #run(input: EntryInput, { revertTarget }: ExecuteContext): Answer {
    switch (input.kind) {
      case 'create':
        this.sim.initialise({ seed: input.seed, startUs: input.startUs });
        this.#counter.put('n', { n: 0 });
        return { ok: true, value: {} };
      case 'revert': {
        const records = revertTarget?.tables['toy.counter']?.records;
        if (!records) return { ok: false, problem: { status: 422, title: 'Cannot revert', detail: 'no such seq' } };
        this.#counter.put('n', records[0]![1] as { n: number });
        return { ok: true, value: { toSeq: input.toSeq } };
      }
      case 'exec':
        return this.#command(input.command);
      case 'exec.start':
        return this.#advance(input.execId, { line: 0 });
      case 'exec.advance':
        if (input.toUs > this.sim.nowUs) this.sim.advanceTo(input.toUs);
        return this.#advance(input.execId, this.#running.get(input.execId));
      case 'exec.signal':
        return this.#advance(input.execId, this.#running.get(input.execId), input.signal);
      default:
        return { ok: true, value: {} };
    }
  }

  /** Writes a line each time until it is interrupted. */
  #advance(execId: string, running: Running | undefined, signal?: string): Answer {
    if (!running) return { ok: false, problem: { status: 404, title: 'No such execution', detail: `execution ${execId} has ended` } };
    if (signal) {
      this.#running.delete(execId);
      return { ok: true, value: { virtualMs: 1 }, output: [{ stream: 'stderr', text: '^C\n' }], exitCode: 130 };
    }
    this.#running.set(execId, { line: running.line + 1 });
    const output = [{ stream: 'stdout', text: `line ${running.line}\n` }] as const;
    return { ok: true, value: { virtualMs: 1 }, output, busy: true, wakeUs: this.sim.nowUs + STEP_US };
  }

  #command(command: string): Answer {
    const [verb, argument] = command.split(' ');
    switch (verb) {
      case 'add':
        this.#counter.put('n', { n: this.#n + Number(argument) });
        return { ok: true, value: { stdout: `${this.#n}\n`, exitCode: 0 } };
      case 'spin':
        for (;;);
      case 'hog': {
        const hoard: number[][] = [];
        for (;;) hoard.push(Array.from({ length: 100_000 }, Math.random));
      }
      case 'die':
        return process.exit(3);
      case 'throw':
        throw new Error('the toy broke');
      default:
        return { ok: false, problem: { status: 422, title: 'Unknown', detail: `${verb}: not in this toy` } };
    }
  }
}

function transcriptOf({ value, output, exitCode }: Extract<Answer, { ok: true }>): Entry['transcript'] {
  if ('stdout' in value) return { stdout: value.stdout, stderr: '', exitCode: 0 };
  if (!output) return null;
  const written = (of: string): string => output.map(({ stream, text }) => (stream === of ? text : '')).join('');
  return { stdout: written('stdout'), stderr: written('stderr'), exitCode: exitCode ?? null };
}

const OBJECTS = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ metadata: { namespace: 'default', name } }));
