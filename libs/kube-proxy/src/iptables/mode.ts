import type { ProxyMode } from '../proxier.js';
import { cleanUpIptables } from './leftovers.js';
import { IptablesProxier } from './proxier.js';

export const IPTABLES_MODE: ProxyMode = {
  makeProxier: (context) => new IptablesProxier(context),
  cleanUpLeftovers: cleanUpIptables,
};
