import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@libsql/client';
import { StartupError } from '../startup-error.js';

/** The table Prisma Migrate keeps its records in, so that `prisma migrate status` agrees with this runner. */
const RECORDS = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "checksum" TEXT NOT NULL,
  "finished_at" DATETIME,
  "migration_name" TEXT NOT NULL,
  "logs" TEXT,
  "rolled_back_at" DATETIME,
  "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

/** The folders of `directory` that hold a migration.sql, in order of name. */
export function readMigrations(directory: string): Migration[] {
  return readdirSync(directory)
    .sort()
    .map((name) => ({ name, file: path.join(directory, name, 'migration.sql') }))
    .filter(({ file }) => existsSync(file))
    .map(({ name, file }) => {
      const sql = readFileSync(file, 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/**
 * Brings the database up to the last of `migrations`; returns the names of those it applied.
 * Refuses a database that has migrations unknown here (it belongs to a newer release) or
 * one that was edited after it had been applied.
 */
export async function migrate(client: Client, migrations: readonly Migration[]): Promise<string[]> {
  await client.execute(RECORDS);
  const { rows } = await client.execute(
    'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const done = new Map(rows.map((row) => [String(row['migration_name']), String(row['checksum'])]));
  const known = new Set(migrations.map(({ name }) => name));
  for (const name of done.keys()) {
    if (!known.has(name)) throw new StartupError(`the data was written by a newer release of svclab: migration ${name} is not known here`);
  }
  const applied: string[] = [];
  for (const migration of migrations) {
    const checksum = done.get(migration.name);
    if (checksum === undefined) {
      await apply(client, migration);
      applied.push(migration.name);
    } else if (checksum !== migration.checksum) {
      throw new StartupError(`migration ${migration.name} was edited after it had been applied to this data`);
    }
  }
  return applied;
}

async function apply(client: Client, { name, sql, checksum }: Migration): Promise<void> {
  const startedAt = Date.now();
  // With foreign keys on, a migration that redefines a table would silently delete the rows that refer to it; and the
  // pragma is ignored once a transaction has begun. It holds for this connection alone, which ends with the transaction.
  await client.execute('PRAGMA foreign_keys = OFF');
  const transaction = await client.transaction('write');
  try {
    await transaction.executeMultiple(sql);
    const violations = await transaction.execute('PRAGMA foreign_key_check');
    if (violations.rows.length > 0) throw new Error(`${violations.rows.length} rows would refer to nothing`);
    await transaction.execute({
      sql: `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES (?, ?, ?, ?, ?, 1)`,
      args: [randomUUID(), checksum, name, startedAt, Date.now()],
    });
    await transaction.commit();
  } catch (error) {
    throw new StartupError(`migration ${name} failed and was undone: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    transaction.close();
  }
}
