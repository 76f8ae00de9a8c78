import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Area } from './check.js';
import { cluster } from './checks/cluster.js';
import { objects } from './checks/objects.js';
import { streams } from './checks/streams.js';
import { workloads } from './checks/workloads.js';
import { compatibilityPage, type Report } from './compatibility-page.js';
import { Kubectl, kubectlVersion } from './kubectl.js';
import { withCluster } from './lab-cluster.js';

/**
 * npm run test:kubectl: kubectls of this machine, unmodified, against clusters of their own on a server of its own. Arguments
 * are their paths (default: `KUBECTL`, else `kubectl`); `--page` writes what came of it to the docs. The last line says how many
 * checks passed and failed; what a version cannot do is left out and told.
 */
const AREAS: readonly Area[] = [cluster, objects, streams, workloads];
const PAGE = path.resolve(import.meta.dirname, '../../../../docs/internals/kubectl-compatibility.md');

const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const paths = named.length > 0 ? named : [process.env['KUBECTL'] ?? 'kubectl'];
const reports: Report[] = [];

for (const program of paths) {
  const version = kubectlVersion(program);
  if (!version) {
    console.log(`${program}: no kubectl`);
    continue;
  }
  console.log(`kubectl ${version.text}`);
  const report = await withCluster((kubeconfig, folder) => runAll(new Kubectl(program, kubeconfig, folder), version.minor));
  reports.push({ version: version.text, ...report });
}

if (process.argv.includes('--page') && reports.length > 0) {
  writeFileSync(PAGE, compatibilityPage(reports));
  spawnSync('npx', ['prettier', '--write', PAGE], { stdio: 'ignore' });
}
const count = (outcome: keyof Report['areas'][number]): number =>
  reports.flatMap(({ areas }) => areas).reduce((sum, area) => sum + Number(area[outcome]), 0);
console.log(`${count('passed')} passed, ${count('failed')} failed`);
process.exitCode = reports.length === 0 || count('failed') > 0 ? 1 : 0;

async function runAll(kubectl: Kubectl, minor: number): Promise<Omit<Report, 'version'>> {
  const areas: Report['areas'][number][] = [];
  const faults: string[] = [];
  for (const { name, checks } of AREAS) {
    const able = checks.filter(({ since = 0 }) => minor >= since);
    let failed = 0;
    for (const check of able) {
      const fault = await kubectl.attempt(check);
      if (fault === undefined) continue;
      failed++;
      faults.push(`${name} ${check.claim}`);
      console.log(`  ${name} ${check.claim}: ${fault.replace(/\s+/g, ' ').slice(0, 300)}`);
    }
    areas.push({ name, passed: able.length - failed, failed, left: checks.length - able.length });
  }
  return { areas, faults };
}
