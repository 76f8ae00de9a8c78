import { ACK, FIN, PSH, RST, SYN, TCP } from '@svclab/wire';
import { bang, parseUnsigned, type MatchExtension, type OptionUse } from '../extension.js';
import { READS } from '../reads.js';
import { parameterProblem } from '../tool-error.js';
import { explainPorts, listPorts, onlyPort, parsePortRange, PORT_OPTIONS, portMatches, portsRead, printPorts } from './ports.js';

const FLAGS: readonly (readonly [string, number])[] = [
  ['FIN', FIN],
  ['SYN', SYN],
  ['RST', RST],
  ['PSH', PSH],
  ['ACK', ACK],
  ['URG', 0x20],
];

interface FlagTest {
  readonly mask: number;
  readonly compare: number;
  readonly inverted: boolean;
}

/** `-m tcp`: ports and flags of a TCP segment (Linux: net/netfilter/xt_tcpudp.c). */
export const tcp: MatchExtension = {
  name: 'tcp',
  options: [
    ...PORT_OPTIONS,
    { name: 'syn', values: 0, invertible: true, excludes: ['tcp-flags'] },
    { name: 'tcp-flags', values: 2, invertible: true },
    { name: 'tcp-option', values: 1, invertible: true },
  ],
  parse(options, protocol) {
    if (protocol.number !== TCP || protocol.inverted) throw parameterProblem(`TCP match requires '-p tcp'`);
    const source = parsePortRange(options, 'source-port');
    const destination = parsePortRange(options, 'destination-port');
    const flags = parseFlagTest(options.get('syn'), options.get('tcp-flags'));
    const option = parseOptionTest(options.get('tcp-option'));
    return {
      name: 'tcp',
      text: (
        printPorts(source, 'sport') +
        printPorts(destination, 'dport') +
        (option ? ` ${bang(option.inverted)}--tcp-option ${option.kind}` : '') +
        (flags ? ` ${bang(flags.inverted)}--tcp-flags ${flagNames(flags.mask)} ${flagNames(flags.compare)}` : '')
      ).trimStart(),
      list: (numeric) =>
        'tcp' +
        listPorts(source, 'spt', numeric) +
        listPorts(destination, 'dpt', numeric) +
        (option ? ` option=${option.inverted ? '!' : ''}${option.kind}` : '') +
        (flags ? ` ${listFlags(flags, numeric)}` : ''),
      test: ({ packet }) =>
        portMatches(destination, packet.dport) &&
        portMatches(source, packet.sport) &&
        (!flags || flagsMatch(flags, packet.tcpFlags)) &&
        (!option || optionMatches(option, packet.tcpFlags)),
      explain: ({ packet }, matched) =>
        explainPorts(source, destination, packet.sport, packet.dport, matched) || explainFlags(packet.tcpFlags, flags, option),
      reads: portsRead(source, destination) | (flags || option ? READS.FLAGS : READS.NOTHING),
      destinationPort: onlyPort(destination),
    };
  },
};

function explainFlags(tcpFlags: number, flags: FlagTest | undefined, option: OptionTest | undefined): string {
  if (flags && (!option || !flagsMatch(flags, tcpFlags))) return `the segment's flags are ${flagNames(tcpFlags)}`;
  return option ? `the segment's options are ${optionKinds(tcpFlags).join(', ') || 'none'}` : '';
}

interface OptionTest {
  readonly kind: number;
  readonly inverted: boolean;
}

function parseOptionTest(use: OptionUse | undefined): OptionTest | undefined {
  if (!use) return undefined;
  const kind = parseUnsigned(use.values[0]!);
  if (kind === undefined || kind < 1 || kind > 255) throw parameterProblem(`Bad TCP option "${use.values[0]!}"`);
  return { kind, inverted: use.invert };
}

/**
 * Simplification: segments do not carry their options, so they are those that Linux sends: maximum segment size,
 * selective acknowledgements, time stamps and window scale with SYN, none with RST, time stamps otherwise.
 */
function optionKinds(tcpFlags: number): readonly number[] {
  if (tcpFlags & RST) return [];
  return tcpFlags & SYN ? [2, 4, 8, 1, 3] : [1, 1, 8];
}

const optionMatches = (test: OptionTest, tcpFlags: number): boolean => optionKinds(tcpFlags).includes(test.kind) !== test.inverted;

function parseFlagTest(syn: OptionUse | undefined, tcpFlags: OptionUse | undefined): FlagTest | undefined {
  if (syn) return { mask: FIN | SYN | RST | ACK, compare: SYN, inverted: syn.invert };
  if (!tcpFlags) return undefined;
  return { mask: parseFlags(tcpFlags.values[0]!), compare: parseFlags(tcpFlags.values[1]!), inverted: tcpFlags.invert };
}

function parseFlags(text: string): number {
  let bits = 0;
  for (const word of text.split(',')) {
    const upper = word.toUpperCase();
    if (upper === 'NONE') continue;
    const flag = FLAGS.find(([name]) => name === upper);
    if (!flag && upper !== 'ALL') throw parameterProblem(`Unknown TCP flag \`${word}'`);
    bits |= flag ? flag[1] : 0x3f;
  }
  return bits;
}

const flagsMatch = (test: FlagTest, flags: number): boolean => ((flags & test.mask) === test.compare) !== test.inverted;

const flagNames = (bits: number): string =>
  FLAGS.filter(([, bit]) => bits & bit)
    .map(([name]) => name)
    .join(',') || 'NONE';

function listFlags(test: FlagTest, numeric: boolean): string {
  const text = (bits: number): string => (numeric ? `0x${bits.toString(16).padStart(2, '0').toUpperCase()}` : flagNames(bits));
  return `flags:${test.inverted ? '!' : ''}${text(test.mask)}/${text(test.compare)}`;
}
