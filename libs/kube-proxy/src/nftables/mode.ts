import type { ProxyMode } from '../proxier.js';
import { FAMILY_WORDS } from './options.js';
import { NftablesProxier } from './proxier.js';

export const NFTABLES_MODE: ProxyMode = {
  makeProxier: (context) => new NftablesProxier(context),
  /** CleanupLeftovers of pkg/proxy/nftables/proxier.go; that there is no such table is no error. */
  cleanUpLeftovers: (tools, family) => void tools.run(['nft', 'delete', 'table', ...FAMILY_WORDS[family].table.split(' ')]),
};
