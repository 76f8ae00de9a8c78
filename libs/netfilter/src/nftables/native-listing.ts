import { printElement, sortElements } from './elements.js';
import { chainsOf, setsOf } from './listing.js';
import type { NftRuleset } from './nft-ruleset.js';

/** One rule or element of a native table. */
export interface NativeListing {
  /** Family and name: `ip kube-proxy`. */
  readonly table: string;
  /** The command that adds it: `add rule ip kube-proxy services …`. */
  readonly text: string;
}

/** Elements first, then rules, in the order of `nft list ruleset`. */
export const listNatively = (ruleset: NftRuleset, netns: string): NativeListing[] =>
  ruleset.tables(netns).flatMap((table) => {
    const elements = setsOf(table).flatMap(({ name, elements: inside, shape }) =>
      sortElements(inside.values(), shape).map((element) => `add element ${table.title} ${name} { ${printElement(element, shape)} }`),
    );
    const rules = chainsOf(table).flatMap((chain) => chain.rules.map(({ rule }) => `add rule ${table.title} ${chain.name} ${rule.text}`));
    return [...elements, ...rules].map((text) => ({ table: table.title, text }));
  });
