import { err, ok, type Result, type StoreDump } from '@svclab/sim';
import { ENGINE_VERSION } from './engine-version.js';

/** The whole state of a sandbox at one seq; with the deltas after it, recovery needs nothing else. */
export interface Snapshot {
  readonly format: 1;
  readonly engineVersion: number;
  readonly seq: number;
  readonly stateHash: string;
  readonly dump: StoreDump;
}

/** Carries one table's records from version `from` to `from + 1`. */
export interface Migration {
  readonly table: string;
  readonly from: number;
  readonly migrate: (records: readonly (readonly [string, any])[]) => readonly (readonly [string, any])[];
}

/** In order of writing; a table's migrations follow each other without gaps (checked by a test). */
export const MIGRATIONS: readonly Migration[] = [];

/**
 * Brings a stored snapshot up to the shapes that this engine reads.
 * `versions` are those of the tables as declared now; a table or a snapshot from a newer engine is refused by name.
 */
export function upgradeSnapshot(
  snapshot: Snapshot,
  versions: ReadonlyMap<string, number>,
  migrations: readonly Migration[] = MIGRATIONS,
): Result<Snapshot, string> {
  if (snapshot.format !== 1) return err(`snapshot format ${String(snapshot.format)} is not known to this release`);
  if (snapshot.engineVersion > ENGINE_VERSION) {
    return err(`the snapshot was written by engine version ${snapshot.engineVersion}, this release is version ${ENGINE_VERSION}: too new`);
  }
  const tables: Record<string, StoreDump['tables'][string]> = {};
  for (const [name, stored] of Object.entries(snapshot.dump.tables)) {
    const wanted = versions.get(name) ?? stored.version;
    if (stored.version > wanted) return err(`table ${name} has version ${stored.version}, this release knows ${wanted}: too new`);
    let { version, records } = stored;
    while (version < wanted) {
      const step = migrations.find((migration) => migration.table === name && migration.from === version);
      if (!step) return err(`no migration of table ${name} from version ${version}`);
      records = step.migrate(records);
      version++;
    }
    tables[name] = { version, records };
  }
  return ok({ ...snapshot, dump: { tables } });
}
