import type { NodeTools } from '../node-tools.js';
import { CONTAINERS } from './base-chains.js';
import { isAffinitySet, isServiceChain } from './chain-names.js';
import type { NftElement } from './transaction.js';

/** What kube-proxy knows to be in the kernel of what Services need. */
export interface KernelView {
  /** By container, then by key. */
  readonly elements: Readonly<Record<string, ReadonlyMap<string, NftElement>>>;
  readonly chains: ReadonlySet<string>;
  readonly affinitySets: ReadonlySet<string>;
}

const NOTHING = new Map<string, NftElement>();

export const elementsIn = (view: KernelView, container: string): ReadonlyMap<string, NftElement> => view.elements[container] ?? NOTHING;

/** Lists the table and reads what is in it; nothing when there is no table. */
export function readKernel(tools: NodeTools, table: string): KernelView {
  const { exitCode, stdout } = tools.run(['nft', 'list', 'table', ...table.split(' ')]);
  const elements: Record<string, Map<string, NftElement>> = {};
  const chains = new Set<string>();
  const affinitySets = new Set<string>();
  let container = '';
  if (exitCode === 0) {
    for (const line of stdout.split('\n')) {
      const opened = /^\t(set|map|chain) (\S+) \{/.exec(line);
      if (opened) {
        const [, kind, name] = opened as unknown as [string, string, string];
        container = kind === 'chain' ? '' : name;
        if (kind === 'chain' && isServiceChain(name)) chains.add(name);
        if (kind === 'set' && isAffinitySet(name)) affinitySets.add(name);
      } else if (container in CONTAINERS) readElements(line, (elements[container] ??= new Map()));
    }
  }
  return { elements, chains, affinitySets };
}

/** A line of a listing that holds elements: the first after `elements = {`, the others further in. */
const ELEMENT_LINE = /^\t\t(?:elements = \{|\t {4}) (.*?)(?: \}|,)?$/;
const ELEMENT = /([^,"]+?)(?: comment "([^"]*)")?(?: : ([^,]+))?(?:, |$)/g;

function readElements(line: string, elements: Map<string, NftElement>): void {
  for (const [, key, comment, value] of (ELEMENT_LINE.exec(line)?.[1] ?? '').matchAll(ELEMENT)) {
    elements.set(key!, { key: key!, ...(value !== undefined && { value }), ...(comment !== undefined && { comment }) });
  }
}
