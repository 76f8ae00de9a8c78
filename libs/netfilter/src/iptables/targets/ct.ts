import type { RuleContext, RuleVerdict, Target, TargetExtension } from '../extension.js';

/**
 * `-j CT`: how a packet shall be tracked (Linux: net/netfilter/xt_CT.c).
 *
 * Simplification: only `--notrack`; no zones, expectation helpers, own time-outs or choice of events.
 */
export const ct: TargetExtension = {
  name: 'CT',
  options: [{ name: 'notrack', values: 0 }],
  tables: ['raw'],
  hooks: ['PREROUTING', 'OUTPUT'],
  parse(options) {
    if (!options.has('notrack')) return { name: 'CT', text: '', list: () => 'CT', needsConntrack: true, apply: () => 'continue' };
    return untrackingTarget('CT', '--notrack', 'CT notrack');
  },
};

/** `-j NOTRACK`: the old name of `-j CT --notrack`. */
export const notrack: TargetExtension = {
  name: 'NOTRACK',
  options: [],
  tables: ['raw'],
  hooks: ['PREROUTING', 'OUTPUT'],
  parse: () => ({ ...untrackingTarget('NOTRACK', '', 'NOTRACK'), listedAs: 'CT' }),
};

const untrackingTarget = (name: string, text: string, listed: string): Target => ({
  name,
  text,
  list: () => listed,
  needsConntrack: true,
  apply: untrack,
});

/** A packet that already has its connection keeps it. */
function untrack({ skb }: RuleContext): RuleVerdict {
  if (!skb.ct) skb.untracked = true;
  return 'continue';
}
