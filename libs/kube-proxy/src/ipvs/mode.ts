import type { IpFamily } from '../configuration.js';
import { Iptables } from '../iptables/iptables.js';
import type { NodeTools } from '../node-tools.js';
import type { ProxyMode } from '../proxier.js';
import { IP_SET_NAMES } from './ip-sets.js';
import { removeChains } from './iptables-rules.js';
import { DUMMY_DEVICE, readSets } from './kernel-state.js';
import { IpvsProxier } from './proxier.js';

/** Upstream discourages this mode since v1.33 and deprecates it in v1.35: nftables is to take its place. */
export const IPVS_MODE: ProxyMode = {
  makeProxier: (context) => new IpvsProxier(context),
  cleanUpLeftovers,
};

/** Everything that the mode makes: virtual services, the dummy interface, chains, then the sets that they ask. */
function cleanUpLeftovers(tools: NodeTools, family: IpFamily): void {
  tools.run(['ipvsadm', '-C']);
  if (tools.run(['ip', 'link', 'show', DUMMY_DEVICE]).exitCode === 0) tools.run(['ip', 'link', 'del', DUMMY_DEVICE]);
  removeChains(new Iptables(tools, family));
  const present = readSets(tools);
  for (const name of IP_SET_NAMES) if (present.has(name)) tools.run(['ipset', 'destroy', name]);
}
