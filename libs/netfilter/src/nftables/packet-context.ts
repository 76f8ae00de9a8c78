import type { Packet } from '@svclab/wire';
import type { KernelServices } from '../iptables/extension.js';
import type { ChanceTold, Hook, SetLookup, Skb } from '../types.js';
import type { LoadedTable } from './loaded.js';

/** What a traced rule has to tell besides whether it matched. */
export interface Told {
  readonly lookups: SetLookup[];
  chance?: ChanceTold;
}

/** Where a rule is being tried (Linux: `struct nft_pktinfo` and the registers). One object serves a whole hook. */
export interface PacketContext {
  kernel: KernelServices;
  netns: string;
  hook: Hook;
  skb: Skb;
  packet: Packet;
  table: LoadedTable;
  /** What the rule's stateful statements keep; empty for a rule that has none. */
  numbers: number[];
  /** Only while somebody traces. */
  told: Told | undefined;
}
