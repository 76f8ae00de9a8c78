import { createClient } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { migrate, readMigrations } from './migrations.js';
import { PrismaClient } from './prisma-client/client.js';

export type Database = PrismaClient;

/**
 * Opens the database file, creating and migrating it as needed.
 *
 * Durability is asked for by name, since adapters have weaker defaults of their own: an answered entry must survive a
 * power cut. The pragma belongs to the connection, and the driver opens a new connection after every interactive
 * transaction: so there are none. Each append is one statement, atomic by itself.
 */
export async function openDatabase(file: string, migrationsDirectory: string): Promise<Database> {
  const url = `file:${file}`;
  const client = createClient({ url });
  try {
    await client.execute('PRAGMA journal_mode = WAL');
    await migrate(client, readMigrations(migrationsDirectory));
  } finally {
    client.close();
  }
  const database = new PrismaClient({ adapter: new PrismaLibSql({ url }) });
  await database.$connect();
  await database.$queryRawUnsafe('PRAGMA synchronous = FULL');
  await database.$queryRawUnsafe('PRAGMA foreign_keys = ON');
  return database;
}
