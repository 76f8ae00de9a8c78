// Runs jest with native ES modules; arguments are test paths, relative to where it was called.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const args = process.argv.slice(2).map((arg) => (arg.startsWith('-') ? arg : path.relative(root, path.resolve(arg))));
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const { status } = spawnSync(process.execPath, [...flags, path.join(root, 'node_modules/jest/bin/jest.js'), ...args], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
