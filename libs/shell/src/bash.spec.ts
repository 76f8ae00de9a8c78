import { readFileSync } from 'node:fs';
import { FakeLab } from './testdata/fake-lab.js';

interface Recording {
  readonly script: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** What GNU bash 5.2 answered to `bash -c script` in an empty directory, with LC_ALL=C and nothing on standard input. */
const recordings = JSON.parse(readFileSync(new URL('testdata/bash-5.2.json', import.meta.url), 'utf8')) as readonly Recording[];

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

test.each(recordings)('bash: $script', async ({ script, ...answer }) => {
  expect(await new FakeLab().exec(`bash -c ${quoted(script)}`, { stdin: '' })).toEqual(answer);
});
