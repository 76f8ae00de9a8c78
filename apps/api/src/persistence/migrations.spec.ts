import { type Client, createClient } from '@libsql/client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from './migrations.js';

const migration = (name: string, sql: string) => ({ name, sql, checksum: `sum of ${sql}` });

const FAMILY = migration(
  '1_family',
  `CREATE TABLE parent (id INTEGER PRIMARY KEY);
   CREATE TABLE child (id INTEGER PRIMARY KEY, parentId INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);`,
);
/** As Prisma writes a change that SQLite cannot make in place. */
const REDEFINE = migration(
  '2_redefine',
  `CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT);
   INSERT INTO new_parent (id) SELECT id FROM parent;
   DROP TABLE parent;
   ALTER TABLE new_parent RENAME TO parent;`,
);

describe('migrate', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'svclab-migrations-'));
  let files = 0;
  let client: Client;
  const count = async (of: string): Promise<number> => Number((await client.execute(`SELECT count(*) AS n FROM ${of}`)).rows[0]!['n']);

  beforeEach(() => {
    client = createClient({ url: `file:${path.join(folder, `${++files}.sqlite`)}` });
  });
  afterEach(() => client.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  it('applies what is missing, in order, once', async () => {
    expect(await migrate(client, [FAMILY])).toEqual(['1_family']);
    expect(await migrate(client, [FAMILY, REDEFINE])).toEqual(['2_redefine']);
    expect(await migrate(client, [FAMILY, REDEFINE])).toEqual([]);
  });

  it('redefines a table without deleting the rows that refer to it', async () => {
    await migrate(client, [FAMILY]);
    await client.execute('INSERT INTO parent VALUES (1)');
    await client.execute('INSERT INTO child VALUES (1, 1)');
    await migrate(client, [FAMILY, REDEFINE]);
    expect(await count('child')).toBe(1);
    await client.execute('DELETE FROM parent');
    expect(await count('child')).toBe(0);
  });

  it('undoes a migration that fails half way, or leaves rows that refer to nothing', async () => {
    await migrate(client, [FAMILY]);
    await expect(migrate(client, [FAMILY, migration('2_bad', 'CREATE TABLE half (id INTEGER); NONSENSE;')])).rejects.toThrow(
      '2_bad failed',
    );
    await client.execute('INSERT INTO parent VALUES (1)');
    await client.execute('INSERT INTO child VALUES (1, 1)');
    await expect(migrate(client, [FAMILY, migration('2_orphans', 'DELETE FROM parent;')])).rejects.toThrow('1 rows would refer to nothing');
    expect(await count('parent')).toBe(1);
    expect(await count(`sqlite_master WHERE name = 'half'`)).toBe(0);
    expect(await migrate(client, [FAMILY, REDEFINE])).toEqual(['2_redefine']);
  });

  it('refuses a migration that was edited, and data of a newer release', async () => {
    await migrate(client, [FAMILY, REDEFINE]);
    await expect(migrate(client, [FAMILY])).rejects.toThrow('newer release of svclab: migration 2_redefine');
    await expect(migrate(client, [migration('1_family', 'something else'), REDEFINE])).rejects.toThrow('1_family was edited');
  });
});
