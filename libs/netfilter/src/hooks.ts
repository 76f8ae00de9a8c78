import type { Hook, TableName } from './types.js';

/** Something that is hung into a hook: an iptables table, conntrack's two ends, or the virtual server's. */
export type HookEntry =
  | { readonly kind: 'table'; readonly table: TableName; readonly priority: number }
  | { readonly kind: 'nat'; readonly table: 'nat'; readonly manip: 'DST' | 'SRC'; readonly priority: number }
  | { readonly kind: 'conntrack'; readonly priority: number }
  | { readonly kind: 'ipvs'; readonly end: 'in' | 'out'; readonly priority: number }
  | { readonly kind: 'confirm'; readonly priority: number };

/** Linux: `enum nf_ip_hook_priorities` (include/uapi/linux/netfilter_ipv4.h). */
const PRIORITY = { raw: -300, conntrack: -200, mangle: -150, natDst: -100, filter: 0, natSrc: 100, confirm: 0x7fffffff } as const;

const raw: HookEntry = { kind: 'table', table: 'raw', priority: PRIORITY.raw };
const conntrack: HookEntry = { kind: 'conntrack', priority: PRIORITY.conntrack };
const mangle: HookEntry = { kind: 'table', table: 'mangle', priority: PRIORITY.mangle };
const natDst: HookEntry = { kind: 'nat', table: 'nat', manip: 'DST', priority: PRIORITY.natDst };
const filter: HookEntry = { kind: 'table', table: 'filter', priority: PRIORITY.filter };
const natSrc: HookEntry = { kind: 'nat', table: 'nat', manip: 'SRC', priority: PRIORITY.natSrc };
const confirm: HookEntry = { kind: 'confirm', priority: PRIORITY.confirm };

/** Before source NAT, or after destination NAT: `ip_vs_ops4` of net/netfilter/ipvs/ip_vs_core.c. */
const ipvs = (end: 'in' | 'out', priority: number): HookEntry => ({ kind: 'ipvs', end, priority });

/** What a packet meets at each hook, in priority order. */
export const HOOK_ENTRIES: { readonly [hook in Hook]: readonly HookEntry[] } = {
  PREROUTING: [raw, conntrack, mangle, natDst],
  INPUT: [mangle, filter, ipvs('out', PRIORITY.natSrc - 2), ipvs('in', PRIORITY.natSrc - 1), natSrc, confirm],
  FORWARD: [mangle, filter, ipvs('out', PRIORITY.natSrc)],
  OUTPUT: [raw, conntrack, mangle, natDst, ipvs('out', PRIORITY.natDst + 1), ipvs('in', PRIORITY.natDst + 2), filter],
  POSTROUTING: [mangle, natSrc, confirm],
};

/** Built-in chains of each table, in the order in which the tools print them. */
export const BUILT_IN_CHAINS: { readonly [table in TableName]: readonly Hook[] } = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** The tables in the order in which `iptables-save` (nf_tables) prints them. */
export const TABLES: readonly TableName[] = ['mangle', 'raw', 'filter', 'nat'];

export const isTableName = (name: string): name is TableName => Object.hasOwn(BUILT_IN_CHAINS, name);

export const isBuiltIn = (table: TableName, chain: string): chain is Hook => BUILT_IN_CHAINS[table].includes(chain as Hook);
