import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Netstack } from '@svclab/netstack';
import { compareLines, type Difference } from './compare.js';
import type { NamespaceAgent } from './namespace-agent.js';
import { nativeLines } from './native-rules.js';
import { onScratchNode, SCRATCH, type TextReport } from './scratch-node.js';

/** What kube-proxy writes in nftables mode, scenario by scenario. */
const GOLDENS = path.resolve(import.meta.dirname, '../../../kube-proxy/src/nftables/testdata');

/** kube-proxy's golden texts through the real nft: whether it takes them, and whether it lists them as the simulation does. */
export const nativeTexts = (): Promise<TextReport> => onScratchNode(goldenTexts(), compareText);

async function compareText({ netfilter }: Netstack, agent: NamespaceAgent, name: string, text: string): Promise<Difference[]> {
  netfilter.nft(SCRATCH, ['flush', 'ruleset']);
  await agent.run(['nft', 'flush', 'ruleset']);
  const ours = netfilter.nft(SCRATCH, ['-f', '-'], () => text).stderr;
  const real = (await agent.tool(['nft', '-f', '-'], text)).stderr;
  const refused = ours === real ? [] : [{ what: `${name}: nft -f -`, simulator: ours, kernel: real }];
  const listed = netfilter.nft(SCRATCH, ['-a', 'list', 'ruleset']).stdout;
  const realListed = await agent.run(['nft', '-a', 'list', 'ruleset']);
  return [...refused, ...compareLines(`${name}: nft list ruleset`, nativeLines(listed), nativeLines(realListed))];
}

/** Each scenario's text behind that of the base chains of its family. */
function goldenTexts(): (readonly [name: string, text: string])[] {
  const read = (name: string): string => readFileSync(path.join(GOLDENS, `${name}.txt`), 'utf8');
  const names = readdirSync(GOLDENS)
    .filter((file) => file.endsWith('.txt') && !file.startsWith('base-chains'))
    .map((file) => file.slice(0, -'.txt'.length))
    .toSorted();
  const scenarios = names.map((name) => {
    const services = read(name);
    const base = services.includes(' ip6 kube-proxy ') ? 'base-chains-of-IPv6' : 'base-chains';
    return [name, read(base) + services] as const;
  });
  return [...scenarios, ['all addresses', read('base-chains-where-all-addresses-serve-node-ports')]];
}
