import { ICMP } from '@svclab/wire';
import { bang, type MatchExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

/** A type, and the codes of it that count. */
interface IcmpKind {
  readonly type: number;
  readonly firstCode: number;
  readonly lastCode: number;
}

/** Name → type, code; no code: all of the type's (iptables: extensions/libxt_icmp.h). */
const NAMES: { readonly [name: string]: readonly [number, number?] } = {
  any: [255],
  'echo-reply': [0],
  'destination-unreachable': [3],
  'network-unreachable': [3, 0],
  'host-unreachable': [3, 1],
  'protocol-unreachable': [3, 2],
  'port-unreachable': [3, 3],
  'fragmentation-needed': [3, 4],
  'source-route-failed': [3, 5],
  'network-unknown': [3, 6],
  'host-unknown': [3, 7],
  'network-prohibited': [3, 9],
  'host-prohibited': [3, 10],
  'TOS-network-unreachable': [3, 11],
  'TOS-host-unreachable': [3, 12],
  'communication-prohibited': [3, 13],
  'source-quench': [4],
  redirect: [5],
  'network-redirect': [5, 0],
  'host-redirect': [5, 1],
  'echo-request': [8],
  'router-advertisement': [9],
  'router-solicitation': [10],
  'time-exceeded': [11],
  'ttl-zero-during-transit': [11, 0],
  'ttl-zero-during-reassembly': [11, 1],
  'parameter-problem': [12],
  'timestamp-request': [13],
  'timestamp-reply': [14],
  'address-mask-request': [17],
  'address-mask-reply': [18],
};
const ALIASES: { readonly [name: string]: string } = { pong: 'echo-reply', ping: 'echo-request', 'ttl-exceeded': 'time-exceeded' };
const ANY_TYPE = 255;

/** `-m icmp`: type and code (Linux: net/ipv4/netfilter/ip_tables.c, `icmp_match`). */
export const icmp: MatchExtension = {
  name: 'icmp',
  options: [{ name: 'icmp-type', values: 1, invertible: true }],
  parse(options, protocol) {
    if (protocol.number !== ICMP || protocol.inverted) throw parameterProblem(`ICMP match requires '-p icmp'`);
    const kind = parseKind(options.value('icmp-type') ?? 'any');
    const inverted = options.isInverted('icmp-type');
    return {
      name: 'icmp',
      text: `${bang(inverted)}--icmp-type ${kindText(kind)}`,
      list: (numeric) => listKind(kind, inverted, numeric),
      test: ({ packet }) => covers(kind, packet.icmpType, packet.icmpCode) !== inverted,
      explain: ({ packet }, matched) =>
        `ICMP type ${packet.icmpType} code ${packet.icmpCode} is ${matched === inverted ? 'not ' : ''}${kindText(kind)}`,
    };
  },
};

function parseKind(text: string): IcmpKind {
  const name = ALIASES[text] ?? text;
  const named = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (named) return kindOf(named[0], named[1]);
  const match = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(text);
  if (!match || Number(match[1]) > 255 || Number(match[2] ?? 0) > 255) throw parameterProblem(`Unknown ICMP type \`${text}'`);
  return kindOf(Number(match[1]), match[2] === undefined ? undefined : Number(match[2]));
}

const kindOf = (type: number, code: number | undefined): IcmpKind => ({ type, firstCode: code ?? 0, lastCode: code ?? 255 });

const covers = (kind: IcmpKind, type: number, code: number): boolean =>
  kind.type === ANY_TYPE || (kind.type === type && code >= kind.firstCode && code <= kind.lastCode);

function kindText(kind: IcmpKind): string {
  if (kind.type === ANY_TYPE) return 'any';
  return kind.firstCode === kind.lastCode ? `${kind.type}/${kind.firstCode}` : String(kind.type);
}

/** By name where the tool may and knows one; otherwise by number, with a blank only before `!`. */
function listKind(kind: IcmpKind, inverted: boolean, numeric: boolean): string {
  const name = numeric ? undefined : nameOf(kind);
  if (name !== undefined) return `icmp ${inverted ? '!' : ''}${name}`;
  const code = kind.type !== ANY_TYPE && kind.firstCode === kind.lastCode ? ` code ${kind.firstCode}` : '';
  return `icmp${inverted ? ' !' : ''}type ${kind.type}${code}`;
}

function nameOf(kind: IcmpKind): string | undefined {
  const found = Object.entries(NAMES).find(([, [type, code]]) => {
    const named = kindOf(type, code);
    return named.type === kind.type && named.firstCode === kind.firstCode && named.lastCode === kind.lastCode;
  });
  return found?.[0];
}
