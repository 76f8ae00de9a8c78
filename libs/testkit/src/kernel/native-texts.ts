import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Netstack } from '@svclab/netstack';
import { Sim } from '@svclab/sim';
import { compareLines, type Difference } from './compare.js';
import { KernelNetwork } from './kernel-network.js';
import { nativeLines } from './native-rules.js';

const NETNS = 'node/scratch';
/** What kube-proxy writes in nftables mode, scenario by scenario. */
const GOLDENS = path.resolve(import.meta.dirname, '../../../kube-proxy/src/nftables/testdata');

export interface TextReport {
  readonly texts: number;
  readonly differences: readonly Difference[];
}

/** kube-proxy's golden texts through the real nft: whether it takes them, and whether it lists them as the simulation does. */
export async function nativeTexts(): Promise<TextReport> {
  const texts = goldenTexts();
  const sim = new Sim();
  const net = new Netstack(sim);
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: 0 });
  net.addNamespace({ name: NETNS, kind: 'node' });
  const kernel = await KernelNetwork.build(net);
  const differences: Difference[] = [];
  try {
    const agent = kernel.agent(NETNS);
    for (const [name, text] of texts) {
      net.netfilter.nft(NETNS, ['flush', 'ruleset']);
      await agent.run(['nft', 'flush', 'ruleset']);
      const ours = net.netfilter.nft(NETNS, ['-f', '-'], () => text).stderr;
      const real = (await agent.tool(['nft', '-f', '-'], text)).stderr;
      if (ours !== real) differences.push({ what: `${name}: nft -f -`, simulator: ours, kernel: real });
      const listed = net.netfilter.nft(NETNS, ['-a', 'list', 'ruleset']).stdout;
      differences.push(
        ...compareLines(`${name}: nft list ruleset`, nativeLines(listed), nativeLines(await agent.run(['nft', '-a', 'list', 'ruleset']))),
      );
    }
  } finally {
    await kernel.remove();
  }
  return { texts: texts.length, differences };
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
