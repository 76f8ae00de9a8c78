// Regenerates the Prisma client that is kept in apps/api/src/persistence/prisma-client. Run it after changing schema.prisma.
// The Prisma CLI (210 MB more than the client) is fetched for this alone: nobody who only runs svclab needs it.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const CLI = 'prisma@7.10.1';

const { status } = spawnSync('npx', ['--yes', CLI, 'generate', '--schema', path.join(import.meta.dirname, 'schema.prisma')], {
  cwd: path.join(import.meta.dirname, '../apps/api'),
  stdio: 'inherit',
  // `generate` never runs the schema engine, but looks for it, and would download one: give it a program that exists.
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
});
process.exit(status ?? 1);
