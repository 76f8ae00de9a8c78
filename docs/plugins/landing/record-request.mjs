// Runs the landing page's blocks in a sandbox and prints, as JSON, the request that they sent. A process of its own, because
// Docusaurus loads its plugins through a transpiler that native ES modules need not pass.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Sandbox } from '@svclab/sandbox';

const { setup, request } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'blocks.json'), 'utf8'));

// With this seed another node's pod answers: the longest way that a request goes.
const { sandbox } = await Sandbox.create({ kind: 'create', profile: 'kind', seed: 4, startUs: 0 });
sandbox.commit();
let traces = [];
for (const command of [setup, request]) {
  const { answer } = await sandbox.execute({ kind: 'exec', command, session: 'page', trace: 'first' });
  sandbox.commit();
  if (!answer.ok || answer.value.exitCode !== 0) throw new Error(`${command}: ${JSON.stringify(answer)}`);
  traces = answer.value.traces ?? [];
}
if (traces.length !== 1) throw new Error('the landing page has no request to show');
console.log(JSON.stringify(traces[0]));
