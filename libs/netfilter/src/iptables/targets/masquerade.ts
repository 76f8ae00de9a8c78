import type { TargetExtension } from '../extension.js';
import { flagsText, isRandom, parsePorts, portsText, SOURCE_RANDOM_OPTIONS, translate } from './nat-range.js';

/** `-j MASQUERADE`: SNAT to the address of the outgoing interface (Linux: net/netfilter/nf_nat_masquerade.c). */
export const masquerade: TargetExtension = {
  name: 'MASQUERADE',
  options: [{ name: 'to-ports', values: 1 }, ...SOURCE_RANDOM_OPTIONS],
  tables: ['nat'],
  hooks: ['POSTROUTING'],
  parse(options, protocol) {
    const portOption = options.value('to-ports');
    const ports = portOption === undefined ? {} : { ports: parsePorts(portOption, protocol) };
    const random = isRandom(options);
    const portText = ports.ports && portsText(ports.ports);
    return {
      name: 'MASQUERADE',
      text: ((portText ? ` --to-ports ${portText}` : '') + flagsText(options, '--')).trimStart(),
      list: () => ((portText ? ` masq ports: ${portText}` : '') + flagsText(options, '')).trimStart(),
      apply: (context) => {
        const { kernel, netns, skb, packet } = context;
        const source = kernel.network.interfaceAddress(netns, skb.outIface, packet.dst);
        if (source === undefined) return 'DROP';
        return translate(context, { addresses: [source, source], random, ...ports }, 'SRC');
      },
    };
  },
};
