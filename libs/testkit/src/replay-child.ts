import { readFileSync } from 'node:fs';
import type { EntryInput } from '@svclab/sandbox';
import { sandboxKind } from './sandbox-machine.js';

/** Reads a log's inputs from standard input, executes them, prints each entry's state hash and output: for comparing two hosts. */
const inputs = JSON.parse(readFileSync(0, 'utf8')) as EntryInput[];
const machine = sandboxKind.create();
for (const input of inputs) {
  const { seq, stateHash, output } = await machine.execute(input);
  console.log(`${seq} ${stateHash} ${output}`);
}
