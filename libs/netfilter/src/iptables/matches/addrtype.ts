import { formatAddress } from '@svclab/wire';
import { bang, type MatchExtension, type OptionSet } from '../extension.js';
import { READS } from '../reads.js';
import { parameterProblem } from '../tool-error.js';

/** In the order of `enum rtn_type`, in which the tool prints them. */
const TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
];

interface TypeTest {
  readonly types: readonly string[];
  readonly inverted: boolean;
}

/**
 * `-m addrtype`: what the routing table says of an address (Linux: net/netfilter/xt_addrtype.c).
 *
 * Simplification: `--limit-iface-in` and `--limit-iface-out` are not there; no rule of a Kubernetes node uses them.
 */
export const addrtype: MatchExtension = {
  name: 'addrtype',
  options: [
    { name: 'src-type', values: 1, invertible: true },
    { name: 'dst-type', values: 1, invertible: true },
  ],
  parse(options) {
    const source = parseTypes(options, 'src-type');
    const destination = parseTypes(options, 'dst-type');
    if (!source && !destination) throw parameterProblem('addrtype: you must specify --src-type or --dst-type');
    return {
      name: 'addrtype',
      text: [print(source, 'src-type'), print(destination, 'dst-type')].filter(Boolean).join(' '),
      list: () => ['ADDRTYPE match', list(source, 'src-type'), list(destination, 'dst-type')].filter(Boolean).join(' '),
      test: ({ kernel: { network }, netns, packet }) =>
        (!destination || destination.types.includes(network.addressType(netns, packet.dst)) !== destination.inverted) &&
        (!source || source.types.includes(network.addressType(netns, packet.src)) !== source.inverted),
      explain: ({ kernel: { network }, netns, packet }) =>
        [
          ...(source ? [`source ${formatAddress(packet.src)} is ${network.addressType(netns, packet.src)} here`] : []),
          ...(destination ? [`destination ${formatAddress(packet.dst)} is ${network.addressType(netns, packet.dst)} here`] : []),
        ].join(', '),
      reads: READS.NOTHING,
    };
  },
};

function parseTypes(options: OptionSet, name: string): TypeTest | undefined {
  const text = options.value(name);
  if (text === undefined) return undefined;
  const words = text.toUpperCase().split(',');
  for (const [i, word] of words.entries()) {
    if (!TYPES.includes(word)) throw parameterProblem(`addrtype: bad type "${text.split(',')[i]}"`);
  }
  return { types: TYPES.filter((type) => words.includes(type)), inverted: options.isInverted(name) };
}

const print = (test: TypeTest | undefined, name: string): string => (test ? `${bang(test.inverted)}--${name} ${test.types.join(',')}` : '');

const list = (test: TypeTest | undefined, name: string): string =>
  test ? `${name} ${test.inverted ? '!' : ''}${test.types.join(',')}` : '';
