import { readFileSync } from 'node:fs';
import { bench, NODE } from '../testing/fake-network.js';
import { readTranscript, type Recorded } from '../testing/transcript.js';
import type { Netfilter } from '../netfilter.js';

const read = (file: string): Recorded[][] => readTranscript(readFileSync(new URL(`../testdata/${file}`, import.meta.url), 'utf8'));

function answer(netfilter: Netfilter, { argv, stdin }: Recorded): string {
  const [program, ...args] = argv;
  const run = {
    iptables: () => netfilter.iptables(NODE, args),
    'iptables-save': () => netfilter.iptablesSave(NODE, args),
    'iptables-restore': () => netfilter.iptablesRestore(NODE, args, stdin),
    ipset: () => netfilter.ipset(NODE, args, stdin),
    nfacct: () => netfilter.nfacct(NODE, args),
  }[program!];
  const { stdout, stderr, exitCode } = run!();
  const dated = stdout
    .replace(/ on (Mon|Tue|Wed|Thu|Fri|Sat|Sun) .*/g, ' on <date>')
    .replace(/initval 0x[0-9a-f]{8}/g, 'initval <random>')
    .replace(/Size in memory: .*/g, 'Size in memory: <bytes>');
  return stderr + dated + (exitCode ? `[exit ${exitCode}]\n` : '');
}

describe('the iptables programs answer as the recorded ones', () => {
  const namespaces = ['iptables-tools.txt', 'iptables-extensions.txt', 'ipset-tool.txt'].flatMap(read);

  it('has something to compare', () => expect(namespaces.flat().length).toBeGreaterThan(700));

  it.each(namespaces.map((commands, i) => [i + 1, commands] as const))('in recorded namespace %i', (_, commands) => {
    const { netfilter } = bench();
    netfilter.nfacct(NODE, ['flush']);
    for (const command of commands) {
      const where = `line ${command.line}: ${command.argv.join(' ')}\n`;
      expect(where + answer(netfilter, command)).toBe(where + command.answer);
    }
  });
});
