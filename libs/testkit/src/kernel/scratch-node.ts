import { Netstack } from '@svclab/netstack';
import { Sim } from '@svclab/sim';
import type { Difference } from './compare.js';
import { KernelNetwork } from './kernel-network.js';
import type { NamespaceAgent } from './namespace-agent.js';

/** A node with nothing in it, for texts of kube-proxy. */
export const SCRATCH = 'node/scratch';

/** What was loaded and listed by both. */
export interface TextReport {
  readonly texts: number;
  readonly differences: readonly Difference[];
}

/** Holds each named text against the kernel, one after the other on the same node of both. */
export async function onScratchNode<T>(
  texts: readonly (readonly [name: string, text: T])[],
  compare: (net: Netstack, agent: NamespaceAgent, name: string, text: T) => Promise<readonly Difference[]>,
): Promise<TextReport> {
  const sim = new Sim();
  const net = new Netstack(sim);
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: 0 });
  net.addNamespace({ name: SCRATCH, kind: 'node' });
  const kernel = await KernelNetwork.build(net);
  const differences: Difference[] = [];
  try {
    for (const [name, text] of texts) differences.push(...(await compare(net, kernel.agent(SCRATCH), name, text)));
  } finally {
    await kernel.remove();
  }
  return { texts: texts.length, differences };
}
