import type { Netfilter } from '@svclab/netfilter';
import type { NamespaceAgent } from './namespace-agent.js';

/** Native tables of nftables in both worlds: how they get from the one into the other, and how they are compared. */

/** Tables that iptables keeps in nftables: they are compared as iptables prints them. */
const OF_IPTABLES = /^table ip6? (raw|mangle|nat|filter|security)$/;

/** The simulation's native tables, by family and name: `ip kube-proxy`. */
export const nativeTables = (netfilter: Netfilter, netns: string): string[] => tablesIn(netfilter.nft(netns, ['list', 'tables']).stdout);

const tablesIn = (listing: string): string[] =>
  listing
    .split('\n')
    .filter((line) => line !== '' && !OF_IPTABLES.test(line))
    .map((line) => line.slice('table '.length));

/** Puts the simulation's native tables into a real namespace, whatever was there; returns what nft says against them. */
export async function loadNatively(agent: NamespaceAgent, ruleset: string): Promise<string> {
  const present = tablesIn(await agent.run(['nft', 'list', 'tables']));
  const removal = present.map((table) => `delete table ${table}\n`).join('');
  const { stderr } = await agent.tool(['nft', '-f', '-'], `${removal}${ruleset}`);
  return stderr;
}

/** Both worlds' listings as lines that can be compared. */
export const nativeLines = (listing: string): string[] => listing.split('\n').map(comparable).filter(Boolean);

/**
 * How long an element has yet to live differs by what passes between packet and listing. A set that has merged into one
 * element keeps its braces until it is read back: then nft takes it for that element alone.
 */
const comparable = (line: string): string =>
  line.replace(/ expires [\dhms]+/g, ' expires …').replace(/ \{ ([\d./:a-f-]+) \} (?=drop)/, ' $1 ');

/** What the kernel lists of the tables that the simulation has. */
export async function listNatively(agent: NamespaceAgent, tables: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const table of tables) lines.push(...nativeLines(await agent.run(['nft', 'list', 'table', ...table.split(' ')])));
  return lines;
}
