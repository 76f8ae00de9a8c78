// Builds both languages into docs/build, saying only what matters.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const docusaurus = createRequire(import.meta.url).resolve('@docusaurus/core/bin/docusaurus.mjs');
const { status } = spawnSync(process.execPath, [docusaurus, 'build'], {
  cwd: import.meta.dirname,
  stdio: 'inherit',
  env: { ...process.env, NODE_ENV: 'production', DOCUSAURUS_IGNORE_SSG_WARNINGS: 'true', NO_UPDATE_NOTIFIER: '1' },
});
process.exit(status ?? 1);
