import type { EntryInput } from '@svclab/sandbox';
import { LAB_MANIFEST } from './lab-sandbox.js';
import { checkReplay, cutOf } from './replay-oracle.js';
import { sandboxKind } from './sandbox-machine.js';

const START_US = Date.UTC(2024, 8, 28) * 1000;
const type = (text: string): EntryInput => ({ kind: 'terminal.input', terminalId: 't', text });

/** Somebody at a prompt, cut between keys and lines: what stands there must go on from its record as from memory. */
const LOG: EntryInput[] = [
  { kind: 'create', profile: 'kind', seed: 7, startUs: START_US },
  { kind: 'manifests', text: LAB_MANIFEST },
  { kind: 'terminal.open', terminalId: 't', at: 'pod/default/net-pod', columns: 80, rows: 24 },
  type('x=$RANDOM; cd /tmp'),
  type('; echo $x\r'),
  type('for i in 1 2; do\r'),
  type('  curl -s 10.10.1.2 | grep Host\x1b'),
  type('[Dx\x7f'),
  { kind: 'terminal.resize', terminalId: 't', columns: 40, rows: 10 },
  type('\x05; done\r'),
  type('\x12cd'),
  { kind: 'tick', advanceMs: 1500 },
  type('\r'),
  type('pwd; echo $x $COLUMNS; date\r'),
  { kind: 'dial', from: 'pod/default/webpod1', host: 'localhost', port: 80, request: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' },
  { kind: 'revert', toSeq: 5 },
  type('echo again\r'),
  type('exit\r'),
];

const OTHER: EntryInput[] = [
  { kind: 'create', profile: 'empty', seed: 8, startUs: START_US },
  { kind: 'terminal.open', terminalId: 't', columns: 100, rows: 30 },
  type('echo other; sleep 3\r'),
  { kind: 'terminal.advance', terminalId: 't', toUs: START_US + 5_000_000 },
];

describe('terminals under the replay oracle', () => {
  it.each([1, 2])(
    'give the same log in every way, cut by seed %i',
    async (splitSeed) => {
      const log = await checkReplay(sandboxKind, LOG, OTHER, splitSeed);
      expect(log).toHaveLength(LOG.length);
      expect(cutOf(splitSeed, LOG.length)).toBeLessThan(LOG.length);
    },
    60_000,
  );
});
