import { address, type Address } from '@svclab/wire';
import type { Manip, NatRange } from '../../nat/nat.js';
import type { Hook } from '../../types.js';
import { TYPES } from '../data-types.js';
import { printField, readField, type KeyField } from '../keys.js';
import type { TokenReader } from '../lexer.js';
import type { PacketContext } from '../packet-context.js';
import { NftProblem, type Span } from '../problem.js';
import { ACCEPTED, DROPPED, NO_MATCH, type Statement } from '../rule.js';
import type { StatementEnvironment } from '../rule-parser.js';
import { readValue, type ValueExpression } from './value.js';

const LOOPBACK = address('127.0.0.1');

/** Where a connection can be sent elsewhere, and where its source can be changed (Linux: net/netfilter/nft_nat.c). */
const HOOKS: { readonly [manip in Manip]: readonly Hook[] } = { DST: ['PREROUTING', 'OUTPUT'], SRC: ['POSTROUTING', 'INPUT'] };

/** In the order in which they are printed. */
const FLAGS = ['random', 'fully-random', 'persistent'] as const;
type Flag = (typeof FLAGS)[number];

/** `dnat to 10.0.0.1:80`, `snat to 10.0.0.1-10.0.0.9 persistent`. */
export function readTranslation(reader: TokenReader, environment: StatementEnvironment): Statement {
  const keyword = reader.word();
  const manip = keyword.text === 'dnat' ? 'DST' : 'SRC';
  const stated = reader.at('ip') || reader.at('ip6') ? reader.next().text : undefined;
  if (stated === undefined && environment.family === 'inet') {
    throw new NftProblem("specify `ip' or `ip6' prefix in nat statement to disambiguate", keyword);
  }
  reader.expect('to');
  const type = (stated ?? environment.family) === 'ip6' ? TYPES.ipv6_addr : TYPES.ipv4_addr;
  const target = reader.at(':') ? undefined : readValue(reader, type, environment.slot);
  const ports = readPorts(reader, keyword, environment);
  const flags = readFlags(reader);
  const portText = ports ? `:${printField(ports, TYPES.inet_service)}` : '';
  const prefix = environment.family === 'inet' ? `${stated} ` : '';
  const targetText = target && (ports && type === TYPES.ipv6_addr ? `[${target.text}]` : target.text);
  const text = `${keyword.text} ${prefix}to ${targetText ?? ''}${portText}${flagsText(flags)}`;
  return {
    text,
    title: text,
    ...target?.traits,
    ...natTraits(HOOKS[manip]),
    run: (context) => translate(context, target, ports, flags, manip),
  };
}

function translate(
  context: PacketContext,
  target: ValueExpression | undefined,
  ports: KeyField | undefined,
  flags: readonly Flag[],
  manip: Manip,
): ReturnType<Statement['run']> {
  const field = target?.read(context);
  if (target && !field) return NO_MATCH;
  const addresses = field && ([field.low as Address, field.high as Address] as const);
  return setUp(context, { ...(addresses && { addresses }), ...rangeOf(ports, flags) }, manip);
}

/** `masquerade [to :1024-2048] [fully-random]`: the source becomes the outgoing interface's address. */
export function readMasquerade(reader: TokenReader, environment: StatementEnvironment): Statement {
  return readToThisHost(reader, environment, HOOKS.SRC.slice(0, 1), 'SRC', ({ kernel, netns, skb, packet }) =>
    kernel.network.interfaceAddress(netns, skb.outIface, packet.dst),
  );
}

/** `redirect [to :8080]`: the destination becomes this host. */
export function readRedirect(reader: TokenReader, environment: StatementEnvironment): Statement {
  return readToThisHost(reader, environment, HOOKS.DST, 'DST', ({ kernel, netns, hook, skb, packet }) =>
    hook === 'OUTPUT' ? LOOPBACK : kernel.network.interfaceAddress(netns, skb.inIface, packet.src),
  );
}

function readToThisHost(
  reader: TokenReader,
  environment: StatementEnvironment,
  hooks: readonly Hook[],
  manip: Manip,
  own: (context: PacketContext) => Address | undefined,
): Statement {
  const keyword = reader.word();
  const ports = reader.accept('to') ? readPorts(reader, keyword, environment) : undefined;
  const flags = readFlags(reader);
  const text = `${keyword.text}${ports ? ` to :${printField(ports, TYPES.inet_service)}` : ''}${flagsText(flags)}`;
  return {
    text,
    title: text,
    ...natTraits(hooks),
    run: (context) => {
      const found = own(context);
      return found === undefined ? DROPPED : setUp(context, { addresses: [found, found], ...rangeOf(ports, flags) }, manip);
    },
  };
}

const natTraits = (hooks: readonly Hook[]): Pick<Statement, 'nat' | 'hooks' | 'needsConntrack' | 'isTerminal'> => ({
  nat: true,
  hooks,
  needsConntrack: true,
  isTerminal: true,
});

function setUp({ kernel, netns, skb }: PacketContext, range: NatRange, manip: Manip): ReturnType<Statement['run']> {
  if (!skb.ct) return DROPPED;
  kernel.nat.setup(netns, skb.ct.entry, range, manip);
  return ACCEPTED;
}

const rangeOf = (ports: KeyField | undefined, flags: readonly Flag[]): NatRange => ({
  ...(ports && { ports: [ports.low as number, ports.high as number] as const }),
  random: flags.includes('random') || flags.includes('fully-random'),
  persistent: flags.includes('persistent'),
});

/** `:80` or `:80-90`: only where a rule asks for a protocol that has ports. */
function readPorts(reader: TokenReader, statement: Span, { protocol }: StatementEnvironment): KeyField | undefined {
  if (!reader.accept(':')) return undefined;
  const at = reader.here;
  const ports = readField(reader, TYPES.inet_service);
  if (protocol === undefined) {
    throw new NftProblem('transport protocol mapping is only valid after transport protocol match', at, statement);
  }
  return ports;
}

function readFlags(reader: TokenReader): Flag[] {
  const given: string[] = [];
  while (FLAGS.some((flag) => reader.at(flag))) {
    given.push(reader.next().text);
    if (!reader.accept(',')) break;
  }
  return FLAGS.filter((flag) => given.includes(flag));
}

const flagsText = (flags: readonly Flag[]): string => (flags.length === 0 ? '' : ` ${flags.join(',')}`);
