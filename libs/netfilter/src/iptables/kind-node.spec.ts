import { readFileSync } from 'node:fs';
import { bench, NODE } from '../testing/fake-network.js';

/** `iptables -S` of all tables, as a fresh kind v1.31.0 worker prints it. */
const recorded = readFileSync(new URL('../testdata/kind-worker-rules.txt', import.meta.url), 'utf8');

/** Table → its `-S` lines. */
const listings = new Map(
  recorded
    .split(/^# iptables -t (\w+) -S\n/m)
    .slice(1)
    .flatMap((part, i, parts) => (i % 2 === 0 ? [[part, parts[i + 1]!] as const] : [])),
);

/** Restore text that gives the listed rules. */
function restoreText(): string {
  let text = '';
  for (const [table, listing] of listings) {
    const lines = listing.trimEnd().split('\n');
    const heads = lines.map((line) => /^-(P|N) (\S+)(?: (\S+))?$/.exec(line)).filter((match) => match !== null);
    const rules = lines.filter((line) => line.startsWith('-A'));
    text += `*${table}\n${heads.map(([, kind, name, policy]) => `:${name} ${kind === 'P' ? policy : '-'} [0:0]\n`).join('')}`;
    text += `${rules.join('\n')}${rules.length ? '\n' : ''}COMMIT\n`;
  }
  return text;
}

describe('the rules of a fresh kind node', () => {
  it.each([...listings.keys()])('are printed back unchanged: table %s', (table) => {
    const { netfilter } = bench(restoreText());
    expect(netfilter.iptables(NODE, ['-t', table, '-S']).stdout).toBe(listings.get(table));
  });

  it('survive iptables-save and a restore into another namespace', () => {
    const { netfilter } = bench(restoreText());
    const saved = netfilter.iptablesSave(NODE, ['-c']).stdout;
    netfilter.nfacct('node/other', ['add', 'ct_state_invalid_dropped_pkts']);
    expect(netfilter.iptablesRestore('node/other', ['-c'], saved)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(netfilter.iptablesSave('node/other', ['-c']).stdout).toBe(saved);
  });

  it('are the same after a rollback of a change, and gone with the namespace', () => {
    const { sim, netfilter } = bench(restoreText());
    const before = netfilter.iptablesSave(NODE, []).stdout;
    sim.commitEntry();
    sim.beginEntry(2);
    netfilter.iptables(NODE, ['-t', 'nat', '-F']);
    netfilter.iptables(NODE, ['-N', 'MINE']);
    sim.abortEntry();
    expect(netfilter.iptablesSave(NODE, []).stdout).toBe(before);
    sim.beginEntry(3);
    netfilter.removeNamespace(NODE);
    expect(netfilter.iptablesSave(NODE, []).stdout).toBe('');
  });
});
