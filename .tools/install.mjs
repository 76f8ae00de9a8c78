// Installs the dependencies when they are missing or older than the lockfile. Used by start and test, so that both work straight after a clone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const stamp = path.join(root, 'node_modules', '.svclab-installed');

/** Fails early, in words, where a newer Node is needed. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`svclab needs Node 20.19 or newer; this is ${process.version}. See https://nodejs.org/`);
  process.exit(1);
}

export function install() {
  requireNode();
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  step('Installing dependencies (once; a minute or two)');
  run('npm', ['ci', '--loglevel=error'], 'installing the dependencies failed; is the npm registry reachable?');
  writeFileSync(stamp, lock);
}

/** Builds what has changed since the last build: rooms, server, and the portal in its two languages. */
export function build() {
  step('Building the server and the portal');
  const nx = createRequire(import.meta.url).resolve('nx/package.json');
  const program = path.join(path.dirname(nx), JSON.parse(readFileSync(nx, 'utf8')).bin.nx);
  // Asked once, not once for each half: nx needs a second to find that there is nothing to do.
  run(process.execPath, [program, 'run-many', '-t', 'build', '--outputStyle=static'], 'the build failed', { quiet: true });
}

let begun = Date.now();
let current = '';

/** Announces the next step and how long the one before took. */
export function step(name) {
  if (current) console.log(`  ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  begun = Date.now();
  current = name;
  if (name) console.log(`• ${name}`);
}

export function run(command, args, complaint, { quiet = false } = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    env: { ...process.env, NX_DAEMON: 'false', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    encoding: 'utf8',
  });
  if (result.status === 0) return;
  if (quiet) console.error(result.stdout, result.stderr);
  console.error(`svclab: ${complaint}`);
  process.exit(result.status ?? 1);
}
