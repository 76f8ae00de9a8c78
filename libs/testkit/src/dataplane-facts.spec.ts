import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Sandbox } from '@svclab/sandbox';
import { exec, perform, kindSandbox } from './lab-sandbox.js';
import { parseScenario, trimBlankLines } from './scenario.js';

/**
 * What was measured on a real kernel, as scenarios: the same commands, and what they must show. Each file has a cluster
 * of its own with the workloads of `manifests.yaml`, a client outside, and the shell functions of `functions.sh`.
 */
const FOLDER = path.join(import.meta.dirname, '../testdata/dataplane');
const MANIFESTS = readFileSync(path.join(FOLDER, 'manifests.yaml'), 'utf8');
const FUNCTIONS = readFileSync(path.join(FOLDER, 'functions.sh'), 'utf8');
const CLIENT = 'docker run -d --rm --name mypc --network kind --ip 172.18.0.100 nicolaka/netshoot sleep infinity > /dev/null';

describe.each(readdirSync(FOLDER).filter((file) => file.endsWith('.scenario')))('%s', (file) => {
  const { header, blocks } = parseScenario(readFileSync(path.join(FOLDER, file), 'utf8'));
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await kindSandbox(Number(header['seed']));
    await perform(sandbox, { kind: 'manifests', text: MANIFESTS });
    await exec(sandbox, CLIENT);
    for (const place of new Set(blocks.map(({ keys }) => keys['at']))) await exec(sandbox, FUNCTIONS, place);
  });

  test.each(blocks.map((block) => [block.id, block] as const))('%s', async (_id, { command, output, keys }) => {
    const { stdout, stderr, exitCode } = await exec(sandbox, command, keys['at']);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: Number(keys['exit'] ?? 0) });
    if (output !== undefined) expect(trimBlankLines(stdout)).toBe(output);
  });
});
