import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pack } from './compression.js';
import { type Database, openDatabase } from './database.js';
import { LogStore, SeqTaken } from './log-store.js';
import type { PackedEntry } from './log-types.js';

const root = path.resolve(import.meta.dirname, '../../../..');
const entry = (seq: number): PackedEntry => ({
  seq,
  kind: 'exec',
  virtualTimeUs: 1_724_944_200_123_456,
  engineVersion: 1,
  stateHash: String(seq).padStart(16, '0'),
  record: pack({ input: { kind: 'exec', command: `echo ${seq}` }, transcript: null, answer: { seq } }),
  delta: pack([['t', 'k', `${seq}`]]),
});

describe('LogStore', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'svclab-store-'));
  let files = 0;
  let database: Database;
  let store: LogStore;
  const make = (id: string, parent?: { id: string; seq: number }) =>
    store.insertSandbox({
      id,
      tokenHash: `hash of ${id}`,
      profile: 'kind',
      proxyMode: 'iptables',
      seed: 0xffff_ffff,
      ...(parent ? { parent } : {}),
    });

  beforeEach(async () => {
    database = await openDatabase(path.join(folder, `${++files}.sqlite`), path.join(root, 'prisma/migrations'));
    store = new LogStore(database);
    await make('one');
  });
  afterEach(() => store.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives back what was appended', async () => {
    await store.append('one', 1, entry(1));
    expect(await store.findEntry({ sandboxId: 'one', log: 1, seq: 1 })).toMatchObject({
      kind: 'exec',
      input: { command: 'echo 1' },
      virtualTimeUs: 1_724_944_200_123_456,
    });
    expect(await store.findSandbox('one')).toMatchObject({ seed: 0xffff_ffff, seq: 1, snapshotSeq: 0, log: 1 });
  });

  it('lets the loser of a race know, and nobody else in its group', async () => {
    await make('two');
    const results = await Promise.allSettled([
      store.append('one', 1, entry(1)),
      store.append('two', 1, entry(1)),
      store.append('one', 1, entry(1)),
      store.append('nobody', 1, entry(1)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect((results[2] as PromiseRejectedResult).reason).toBeInstanceOf(SeqTaken);
  });

  it('recovers from the nearest snapshot and the deltas since', async () => {
    for (let seq = 1; seq <= 5; seq++) await store.append('one', 1, entry(seq));
    await store.saveSnapshot({ sandboxId: 'one', log: 1, seq: 3 }, pack('state at 3'));
    const at = async (seq: number) => {
      const { snapshot, deltas } = await store.recoveryData({ sandboxId: 'one', log: 1, seq });
      return [snapshot !== undefined, deltas.map((delta) => delta.seq)];
    };
    expect(await at(5)).toEqual([true, [4, 5]]);
    expect(await at(3)).toEqual([true, []]);
    expect(await at(2)).toEqual([false, [1, 2]]);
  });

  it('sweeps away what a crash left half made, and nothing else', async () => {
    await store.append('one', 1, entry(1));
    await store.append('one', 1, entry(2));
    await make('never begun');
    await make('fork half made', { id: 'one', seq: 2 });
    await store.copyLog({ sandboxId: 'one', log: 1, seq: 2 }, 'fork half made');
    await make('fork', { id: 'one', seq: 1 });
    await store.copyLog({ sandboxId: 'one', log: 1, seq: 1 }, 'fork');
    await store.append('fork', 1, entry(2));
    await store.append('one', 2, entry(1));
    await store.sweep();
    expect(await store.findSandbox('never begun')).toBeUndefined();
    expect(await store.findSandbox('fork half made')).toBeUndefined();
    expect(await store.findSandbox('fork')).toMatchObject({ seq: 2 });
    expect(await store.findSandbox('one')).toMatchObject({ log: 1, seq: 2 });
    expect(await store.findEntry({ sandboxId: 'one', log: 2, seq: 1 })).toBeUndefined();
    expect(await store.countSandboxes()).toBe(2);
  });

  it('takes entries and snapshots along when a sandbox goes', async () => {
    await store.append('one', 1, entry(1));
    await store.saveSnapshot({ sandboxId: 'one', log: 1, seq: 1 }, pack({}));
    expect(await store.deleteSandbox('one')).toBe(true);
    expect(await store.deleteSandbox('one')).toBe(false);
    expect([await database.entry.count(), await database.snapshot.count()]).toEqual([0, 0]);
  });

  it('syncs every commit, also after all it does', async () => {
    await Promise.all(Array.from({ length: 600 }, (_, i) => store.append('one', 1, entry(i + 1))));
    await store.sweep();
    const pragma = async (name: string): Promise<unknown> =>
      Object.values((await database.$queryRawUnsafe<object[]>(`PRAGMA ${name}`))[0]!)[0];
    expect(String(await pragma('journal_mode'))).toBe('wal');
    expect(Number(await pragma('synchronous'))).toBe(2);
    expect(Number(await pragma('foreign_keys'))).toBe(1);
    expect(await store.listEntries('one', 1, { afterSeq: 598, limit: 10 })).toMatchObject([{ seq: 599 }, { seq: 600 }]);
    expect(await store.listEntries('one', 1, { beforeSeq: 600, order: 'newest', limit: 2 })).toMatchObject([{ seq: 599 }, { seq: 598 }]);
  });
});

describe('the committed Prisma client', () => {
  it('was generated from the schema as it is: otherwise run node prisma/generate.mjs', () => {
    const generated = readFileSync(path.join(import.meta.dirname, 'prisma-client/internal/class.ts'), 'utf8');
    const schema = JSON.parse(/"inlineSchema": ("(?:[^"\\]|\\.)*")/.exec(generated)![1]!);
    expect(schema).toBe(readFileSync(path.join(root, 'prisma/schema.prisma'), 'utf8'));
  });
});
