import { unpack } from './compression.js';
import type { Database } from './database.js';
import { GroupCommit } from './group-commit.js';
import type {
  EntryRange,
  LogPosition,
  NewSandbox,
  PackedEntry,
  RecoveryData,
  RequestIdentity,
  SandboxRow,
  StoredRecord,
  StoredEntry,
} from './log-types.js';
import { Prisma } from './prisma-client/client.js';

/** Twelve columns a row; SQLite takes 32,766 parameters a statement. */
const MAX_GROUP = 256;

/** Another writer has appended this seq: the loser reloads and retries. */
export class SeqTaken extends Error {
  override readonly name = 'SeqTaken';
}

/** Whether a statement of our own was refused since such a row is there already; Prisma gives its driver's reason. */
const isTaken = (error: unknown): boolean =>
  (error as { meta?: { driverAdapterError?: { cause?: { kind?: string } } } }).meta?.driverAdapterError?.cause?.kind ===
  'UniqueConstraintViolation';

interface Append {
  readonly sandboxId: string;
  readonly log: number;
  readonly entry: PackedEntry;
  readonly request: RequestIdentity | undefined;
}

/** Keeps sandboxes, their logs and snapshots. Everything that is appended is durable when the promise resolves. */
export class LogStore {
  readonly #appends = new GroupCommit<Append>((items) => this.#insert(items), MAX_GROUP);

  constructor(private readonly database: Database) {}

  /** Removes what a crash left half made: a sandbox or log whose first own entry was never written or adopted. */
  async sweep(): Promise<void> {
    await this.database.$executeRaw`
      DELETE FROM "Entry" WHERE "log" > (SELECT "log" FROM "Sandbox" WHERE "Sandbox"."id" = "Entry"."sandboxId")`;
    await this.database.$executeRaw`
      DELETE FROM "Sandbox" WHERE NOT EXISTS
        (SELECT 1 FROM "Entry" WHERE "sandboxId" = "Sandbox"."id" AND ("log" > 1 OR "seq" > COALESCE("Sandbox"."parentSeq", 0)))`;
  }

  async close(): Promise<void> {
    await this.#appends.idle();
    await this.database.$disconnect();
  }

  /** Throws when the database does not answer. */
  async ping(): Promise<void> {
    await this.database.$queryRaw`SELECT 1`;
  }

  async countSandboxes(): Promise<number> {
    return this.database.sandbox.count();
  }

  /** The row alone; the sandbox counts as made when its first own entry is appended. */
  async insertSandbox(sandbox: NewSandbox): Promise<void> {
    await this.database.sandbox.create({
      data: {
        id: sandbox.id,
        tokenHash: sandbox.tokenHash,
        name: sandbox.name ?? null,
        profile: sandbox.profile,
        proxyMode: sandbox.proxyMode,
        seed: BigInt(sandbox.seed),
        parentId: sandbox.parent?.id ?? null,
        parentSeq: sandbox.parent?.seq ?? null,
      },
    });
  }

  async findSandbox(id: string): Promise<SandboxRow | undefined> {
    const row = await this.database.sandbox.findUnique({ where: { id } });
    if (!row) return undefined;
    const last = await this.database.entry.findFirst({
      where: { sandboxId: id, log: row.log },
      orderBy: { seq: 'desc' },
      select: { seq: true },
    });
    const snapshot = await this.database.snapshot.findFirst({
      where: { sandboxId: id, log: row.log },
      orderBy: { seq: 'desc' },
      select: { seq: true },
    });
    return { ...row, seed: Number(row.seed), seq: last?.seq ?? 0, snapshotSeq: snapshot?.seq ?? 0 };
  }

  async findIdByTokenHash(tokenHash: string): Promise<string | undefined> {
    const row = await this.database.sandbox.findUnique({ where: { tokenHash }, select: { id: true } });
    return row?.id;
  }

  /** True when there was one. Its entries and snapshots go with it. */
  async deleteSandbox(id: string): Promise<boolean> {
    const { count } = await this.database.sandbox.deleteMany({ where: { id } });
    return count > 0;
  }

  /** Makes `log` the present one of the sandbox. */
  async adoptLog(id: string, log: number): Promise<void> {
    await this.database.sandbox.update({ where: { id }, data: { log } });
  }

  /** Takes all keys of the sandbox's Kubernetes API back but this one. */
  async setKubernetesKey(id: string, kubernetesKey: number): Promise<void> {
    await this.database.sandbox.update({ where: { id }, data: { kubernetesKey } });
  }

  /** Gives `childId` a copy of its parent's log up to and with `at.seq`, as its own first log. */
  async copyLog(at: LogPosition, childId: string): Promise<void> {
    await this.database.$executeRaw`
      INSERT INTO "Entry" ("sandboxId", "log", "seq", "kind", "virtualTimeUs", "createdAt", "engineVersion", "stateHash", "record", "delta")
      SELECT ${childId}, 1, "seq", "kind", "virtualTimeUs", "createdAt", "engineVersion", "stateHash", "record", "delta"
      FROM "Entry" WHERE "sandboxId" = ${at.sandboxId} AND "log" = ${at.log} AND "seq" <= ${at.seq} ORDER BY "seq"`;
    await this.database.$executeRaw`
      INSERT INTO "Snapshot" ("sandboxId", "log", "seq", "state")
      SELECT ${childId}, 1, "seq", "state" FROM "Snapshot"
      WHERE "sandboxId" = ${at.sandboxId} AND "log" = ${at.log} AND "seq" <= ${at.seq}`;
  }

  /** Throws {@link SeqTaken}. */
  async append(sandboxId: string, log: number, entry: PackedEntry, request?: RequestIdentity): Promise<void> {
    await this.#appends.add({ sandboxId, log, entry, request });
  }

  /** One statement, written by hand: `createMany` plans it anew each time, which takes longer than to write a small entry. */
  async #insert(items: readonly Append[]): Promise<void> {
    const createdAt = new Date();
    const rows = items.map(
      ({ sandboxId, log, entry, request }) =>
        Prisma.sql`(${sandboxId}, ${log}, ${entry.seq}, ${entry.kind}, ${BigInt(entry.virtualTimeUs)}, ${createdAt}, ${entry.engineVersion},
          ${entry.stateHash}, ${entry.record}, ${entry.delta}, ${request?.key ?? null}, ${request?.hash ?? null})`,
    );
    try {
      await this.database.$executeRaw`
        INSERT INTO "Entry" ("sandboxId", "log", "seq", "kind", "virtualTimeUs", "createdAt", "engineVersion",
          "stateHash", "record", "delta", "idempotencyKey", "requestHash")
        VALUES ${Prisma.join(rows)}`;
    } catch (error) {
      if (isTaken(error)) throw new SeqTaken('this seq has been appended by another writer');
      throw error;
    }
  }

  /** What recovery at `at` needs: the nearest snapshot before it, and the deltas from there on. */
  async recoveryData(at: LogPosition): Promise<RecoveryData> {
    const snapshot = await this.database.snapshot.findFirst({
      where: { sandboxId: at.sandboxId, log: at.log, seq: { lte: at.seq } },
      orderBy: { seq: 'desc' },
      select: { seq: true, state: true },
    });
    const deltas = await this.database.entry.findMany({
      where: { sandboxId: at.sandboxId, log: at.log, seq: { gt: snapshot?.seq ?? 0, lte: at.seq } },
      orderBy: { seq: 'asc' },
      select: { seq: true, stateHash: true, delta: true },
    });
    return { snapshot: snapshot?.state, deltas };
  }

  async saveSnapshot(at: LogPosition, state: Uint8Array<ArrayBuffer>): Promise<void> {
    const key = { sandboxId: at.sandboxId, log: at.log, seq: at.seq };
    await this.database.snapshot.upsert({ where: { sandboxId_log_seq: key }, create: { ...key, state }, update: {} });
  }

  async findEntry(at: LogPosition): Promise<StoredEntry | undefined> {
    const row = await this.database.entry.findUnique({
      where: { sandboxId_log_seq: { sandboxId: at.sandboxId, log: at.log, seq: at.seq } },
      select: ENTRY_COLUMNS,
    });
    return row ? storedEntry(row) : undefined;
  }

  /** The entry that a request with this key made, whatever log it is in. */
  async findEntryByKey(sandboxId: string, key: string): Promise<(StoredEntry & { readonly requestHash: string | null }) | undefined> {
    const row = await this.database.entry.findUnique({
      where: { sandboxId_idempotencyKey: { sandboxId, idempotencyKey: key } },
      select: { ...ENTRY_COLUMNS, requestHash: true },
    });
    return row ? { ...storedEntry(row), requestHash: row.requestHash } : undefined;
  }

  /** Up to `limit` entries after `afterSeq`, in order of seq. */
  async listEntries(sandboxId: string, log: number, { afterSeq, beforeSeq, order = 'oldest', limit }: EntryRange): Promise<StoredEntry[]> {
    const rows = await this.database.entry.findMany({
      where: {
        sandboxId,
        log,
        seq: { ...(afterSeq === undefined ? {} : { gt: afterSeq }), ...(beforeSeq === undefined ? {} : { lt: beforeSeq }) },
      },
      orderBy: { seq: order === 'oldest' ? 'asc' : 'desc' },
      take: limit,
      select: ENTRY_COLUMNS,
    });
    return rows.map(storedEntry);
  }
}

const ENTRY_COLUMNS = {
  seq: true,
  kind: true,
  virtualTimeUs: true,
  createdAt: true,
  engineVersion: true,
  stateHash: true,
  record: true,
} as const;

interface EntryRow {
  readonly seq: number;
  readonly kind: string;
  readonly virtualTimeUs: bigint;
  readonly createdAt: Date;
  readonly engineVersion: number;
  readonly stateHash: string;
  readonly record: Uint8Array;
}

function storedEntry({ record, virtualTimeUs, ...row }: EntryRow): StoredEntry {
  return {
    seq: row.seq,
    kind: row.kind,
    createdAt: row.createdAt,
    engineVersion: row.engineVersion,
    stateHash: row.stateHash,
    virtualTimeUs: Number(virtualTimeUs),
    ...unpack<StoredRecord>(record),
  };
}
