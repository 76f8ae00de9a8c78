export type { ConntrackEvent } from './conntrack/conntrack.js';
export type { ConntrackEventStream } from './conntrack/event-stream.js';
export type { ConntrackEntry } from './conntrack/entry.js';
export { formatEntry } from './conntrack/format.js';
export type { ConntrackListing } from './conntrack/listing.js';
export { BUILT_IN_CHAINS, HOOK_ENTRIES, TABLES } from './hooks.js';
export type { RuleListing } from './iptables/rule-listing.js';
export { Netfilter } from './netfilter.js';
export type * from './types.js';
