// npm test and npm run check: everything that must hold before a change lands. Ends with one line, "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build, install, step } from './install.mjs';

const root = path.resolve(import.meta.dirname, '..');
const bin = (name) => path.join(root, 'node_modules/.bin', name);
let passed = 0;
let failed = 0;

install();
build();

function check(name, command, args) {
  step(name);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) passed++;
  else failed++;
}

check('Format', bin('prettier'), ['--check', '--log-level=warn', '.']);
check('Lint', bin('oxlint'), ['--quiet', 'apps', 'libs', 'docs', '.tools']);
check('Types', bin('tsc'), ['-p', '.']);
check('Types of the portal', bin('tsc'), ['-p', 'docs']);

step('Tests');
const folder = mkdtempSync(path.join(os.tmpdir(), 'svclab-test-'));
const report = path.join(folder, 'jest.json');
spawnSync(process.execPath, [path.join(root, '.tools/jest.mjs'), '--json', `--outputFile=${report}`, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  // A file that cannot be loaded, or whose set-up or tear-down fails, fails although none of its tests did.
  failed += result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
} catch {
  console.error('svclab: jest did not finish');
  failed++;
}
rmSync(folder, { recursive: true, force: true });

step('');
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
