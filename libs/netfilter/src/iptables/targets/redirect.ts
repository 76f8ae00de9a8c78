import { address } from '@svclab/wire';
import type { TargetExtension } from '../extension.js';
import { flagsText, isRandom, parsePorts, portsText, RANDOM_OPTION, translate } from './nat-range.js';

const LOOPBACK = address('127.0.0.1');

/** `-j REDIRECT`: DNAT to this machine itself (Linux: net/netfilter/nf_nat_redirect.c). */
export const redirect: TargetExtension = {
  name: 'REDIRECT',
  options: [{ name: 'to-ports', values: 1 }, RANDOM_OPTION],
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  parse(options, protocol) {
    const portOption = options.value('to-ports');
    const ports = portOption === undefined ? {} : { ports: parsePorts(portOption, protocol) };
    const random = isRandom(options);
    const portText = ports.ports && portsText(ports.ports);
    return {
      name: 'REDIRECT',
      text: ((portText ? ` --to-ports ${portText}` : '') + flagsText(options, '--')).trimStart(),
      list: () => ((portText ? ` redir ports ${portText}` : '') + flagsText(options, '')).trimStart(),
      apply: (context) => {
        const { kernel, netns, hook, skb, packet } = context;
        const target = hook === 'OUTPUT' ? LOOPBACK : kernel.network.interfaceAddress(netns, skb.inIface, packet.src);
        if (target === undefined) return 'DROP';
        return translate(context, { addresses: [target, target], random, ...ports }, 'DST');
      },
    };
  },
};
