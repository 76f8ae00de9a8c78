import { formatAddress, isIpv4, parseIpv4, type Address } from '@svclab/wire';
import type { TargetExtension } from '../extension.js';
import { parseMask, prefixLength } from '../rule.js';
import { parameterProblem } from '../tool-error.js';
import { translate } from './nat-range.js';

/** `-j NETMAP`: one network for another, host for host (Linux: net/netfilter/xt_NETMAP.c). */
export const netmap: TargetExtension = {
  name: 'NETMAP',
  options: [{ name: 'to', values: 1, required: true }],
  tables: ['nat'],
  hooks: ['PREROUTING', 'POSTROUTING', 'OUTPUT', 'INPUT'],
  parse(options) {
    const { network, mask } = parseNetwork(options.value('to')!);
    const text = `${formatAddress(network)}/${prefixLength(mask) ?? formatAddress(mask)}`;
    const mapped = (address: Address): Address => (isIpv4(address) ? ((address & ~mask) | network) >>> 0 : address);
    return {
      name: 'NETMAP',
      text: `--to ${text}`,
      list: () => `to:${text}`,
      apply: (context) => {
        const manip = context.hook === 'PREROUTING' || context.hook === 'OUTPUT' ? 'DST' : 'SRC';
        const address = mapped(manip === 'DST' ? context.packet.dst : context.packet.src);
        return translate(context, { addresses: [address, address] }, manip);
      },
    };
  },
};

function parseNetwork(text: string): { readonly network: number; readonly mask: number } {
  const [addressText, maskText] = text.split('/', 2);
  const address = parseIpv4(addressText!);
  if (address === undefined) throw parameterProblem('getaddrinfo: Name or service not known\n');
  const mask = maskText === undefined ? 0xffffffff : parseMask(maskText);
  return { network: (address & mask) >>> 0, mask };
}
