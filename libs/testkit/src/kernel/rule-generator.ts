import type { Draw } from './draw.js';

export type RuleTable = 'raw' | 'mangle' | 'nat' | 'filter';

/** Where a rule stands: its table and the hook that reaches it. */
export interface RulePlace {
  readonly table: RuleTable;
  readonly hook: string;
}

/** What rules may speak of. Names of a real world make rules that packets meet. */
export interface RulePools {
  readonly addresses: readonly string[];
  readonly prefixes: readonly string[];
  readonly ports: readonly number[];
  /** Whether ranges of ports will do: a port that NAT draws by chance may lie within. */
  readonly portRanges: boolean;
  readonly interfaces: readonly string[];
  /** Chains that may be jumped to. */
  readonly chains: readonly string[];
  /** Addresses of the namespace itself, for SNAT. */
  readonly own: readonly string[];
  /** `address:port` of servers, for DNAT. */
  readonly servers: readonly string[];
  /** Networks of one size, for NETMAP. */
  readonly networks: readonly string[];
  /** Hardware addresses of senders. */
  readonly macs: readonly string[];
  /** Sets that exist, and what is looked up in each. */
  readonly sets: readonly { readonly name: string; readonly sides: readonly string[] }[];
  /** Objects of nfacct that exist. */
  readonly accounts: readonly string[];
}

/** A way to write one condition or target; `undefined` where it does not go with the place or protocol. */
type Form = (draw: Draw, pools: RulePools, place: RulePlace, protocol: string) => string | undefined;

/** How much a generated rule may do. */
export interface RuleWishes {
  /**
   * `text`: any form that can be written. `traffic`: forms whose effect does not depend on the
   * real clock or on how a stack cuts its segments, and that end no connection in the middle.
   */
  readonly purpose: 'text' | 'traffic';
}

const inverted = (draw: Draw): string => (draw.oneIn(5) ? '! ' : '');
const range = (draw: Draw, { ports, portRanges }: RulePools): string => {
  const [a, b] = [draw.pick(ports), draw.pick(ports)];
  return portRanges && draw.oneIn(3) ? `${Math.min(a, b)}:${Math.max(a, b)}` : String(a);
};
const mask = (draw: Draw): string => draw.pick(['', '/0xff', '/0x4000', '/0xf0f0']);
const mark = (draw: Draw): string => `0x${draw.integer(0, draw.pick([1, 15, 0xffff])).toString(16)}`;
const list = (draw: Draw, words: readonly string[]): string => draw.sample(words, draw.integer(1, 3)).join(',');
const hasPorts = (protocol: string): boolean => ['tcp', 'udp', 'sctp'].includes(protocol);
const sees = (hook: string, side: 'in' | 'out'): boolean =>
  side === 'in' ? ['PREROUTING', 'INPUT', 'FORWARD'].includes(hook) : ['OUTPUT', 'POSTROUTING', 'FORWARD'].includes(hook);

const ipv4Value = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const CT_STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];
const CT_STATUSES = ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'];
const TCP_FLAGS = ['SYN', 'ACK', 'FIN', 'RST', 'PSH', 'URG'];
const ICMP_TYPES = [
  'echo-request',
  'echo-reply',
  'port-unreachable',
  'destination-unreachable',
  'time-exceeded',
  '8',
  '3/1',
  '11/0',
  'any',
];
const ADDRESS_TYPES = ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'];
const COMMENTS = ['plain', '"two words"', '"default/svc-x:p -> 10.10.1.2:80"', `"it's"`, '"a\\"quoted\\"b"', '"semi;colon"'];

// ---- Conditions of the rule itself ----

const HEAD: readonly Form[] = [
  (draw, { prefixes }) => `${inverted(draw)}-s ${draw.pick(prefixes)}`,
  (draw, { prefixes }) => `${inverted(draw)}-d ${draw.pick(prefixes)}`,
  (draw, { interfaces }, { hook }) => (sees(hook, 'in') ? `${inverted(draw)}-i ${draw.pick(interfaces)}` : undefined),
  (draw, { interfaces }, { hook }) => (sees(hook, 'out') ? `${inverted(draw)}-o ${draw.pick(interfaces)}` : undefined),
];

// ---- Matches ----

const port: Form = (draw, pools, _place, protocol) =>
  hasPorts(protocol) ? `-m ${protocol} ${inverted(draw)}--${draw.pick(['dport', 'sport'])} ${range(draw, pools)}` : undefined;
const syn: Form = (draw, _pools, _place, protocol) => (protocol === 'tcp' ? `-m tcp ${inverted(draw)}--syn` : undefined);
const icmpType: Form = (draw, _pools, _place, protocol) =>
  protocol === 'icmp' ? `-m icmp ${inverted(draw)}--icmp-type ${draw.pick(ICMP_TYPES)}` : undefined;
const comment: Form = (draw) => `-m comment --comment ${draw.pick(COMMENTS)}`;
const ctstate: Form = (draw) => `-m conntrack ${inverted(draw)}--ctstate ${list(draw, [...CT_STATES, 'SNAT', 'DNAT'])}`;
const newOnly: Form = () => '-m conntrack --ctstate NEW';
const state: Form = (draw) => `-m state ${inverted(draw)}--state ${list(draw, CT_STATES)}`;
const markMatch: Form = (draw) => `-m mark ${inverted(draw)}--mark ${mark(draw)}${mask(draw)}`;
const connmarkMatch: Form = (draw) => `-m connmark ${inverted(draw)}--mark ${mark(draw)}${mask(draw)}`;
const addrtype: Form = (draw) => `-m addrtype ${inverted(draw)}--${draw.pick(['src', 'dst'])}-type ${list(draw, ADDRESS_TYPES)}`;
const nth: Form = (draw) => {
  const every = draw.integer(2, 6);
  return `-m statistic --mode nth ${inverted(draw)}--every ${every} --packet ${draw.integer(0, every - 1)}`;
};
const random: Form = (draw) =>
  `-m statistic --mode random ${inverted(draw)}--probability 0.${draw.integer(1, 9999).toString().padStart(4, '0')}`;
/** One draw for a connection: the branches of ten packets could not be followed. */
const randomOnce: Form = (...where) => `${where[2].table === 'nat' ? '' : `${newOnly(...where)} `}${random(...where)}`;
const recent: Form = (draw) => {
  const name = `--name R${draw.integer(0, 2)} ${draw.pick(['--rsource', '--rdest'])}`;
  const check = (): string => {
    const seconds = draw.oneIn(2) ? ` --seconds ${draw.integer(60, 10800)}` : '';
    const hits = draw.oneIn(3) ? ` --hitcount ${draw.integer(1, 4)}` : '';
    return `${draw.pick(['--rcheck', '--update'])}${seconds}${seconds && draw.oneIn(2) ? ' --reap' : ''}${hits}`;
  };
  return `-m recent ${inverted(draw)}${draw.pick(['--set', '--remove', check(), check()])} ${name}`;
};
const multiport: Form = (draw, pools, _place, protocol) =>
  hasPorts(protocol)
    ? `-m multiport ${inverted(draw)}--${draw.pick(['dports', 'sports', 'ports'])} ${draw.sample(pools.ports, draw.integer(2, 4)).join(',')}`
    : undefined;
const iprange: Form = (draw, { addresses }) => {
  const [a, b] = draw.sample(addresses, 2).toSorted((x, y) => ipv4Value(x) - ipv4Value(y));
  return `-m iprange ${inverted(draw)}--${draw.pick(['src', 'dst'])}-range ${a}-${b ?? a}`;
};
const ttl: Form = (draw) =>
  draw.pick([`-m ttl --ttl-eq ${draw.integer(60, 64)}`, `-m ttl --ttl-lt 64`, `-m ttl --ttl-gt ${draw.integer(1, 62)}`]);
const ctCondition: Form = (draw, { prefixes, ports }) =>
  `-m conntrack ${draw.pick([
    `${inverted(draw)}--ctproto ${draw.pick(['tcp', 'udp', 'icmp'])}`,
    `${inverted(draw)}--ctorigsrc ${draw.pick(prefixes)}`,
    `${inverted(draw)}--ctorigdst ${draw.pick(prefixes)}`,
    `${inverted(draw)}--ctreplsrc ${draw.pick(prefixes)}`,
    `${inverted(draw)}--ctrepldst ${draw.pick(prefixes)}`,
    `${inverted(draw)}--ctorigdstport ${draw.pick(ports)}`,
    `--ctdir ${draw.pick(['ORIGINAL', 'REPLY'])}`,
    `${inverted(draw)}--ctstatus ${list(draw, CT_STATUSES)}`,
  ])}`;

/** Matches by which a rule may drop packets without ending a connection in the middle. */
const STEADY_MATCHES: readonly Form[] = [port, port, icmpType, newOnly, addrtype, multiport, iprange, comment, syn];

const setMatch: Form = (draw, { sets }) => {
  if (sets.length === 0) return undefined;
  const { name, sides } = draw.pick(sets);
  return `-m set ${inverted(draw)}--match-set ${name} ${draw.pick(sides)}`;
};
const mac: Form = (draw, { macs }, { hook }) =>
  sees(hook, 'in') && macs.length > 0 ? `-m mac ${inverted(draw)}--mac-source ${draw.pick(macs)}` : undefined;
const nfacct: Form = (draw, { accounts }) => (accounts.length > 0 ? `-m nfacct --nfacct-name ${draw.pick(accounts)}` : undefined);
const length: Form = (draw) => `-m length ${inverted(draw)}--length ${draw.pick(['60', '40:100', '84', '0:1500', '61:'])}`;
const tcpFlags: Form = (draw, _pools, _place, protocol) =>
  protocol === 'tcp'
    ? `-m tcp ${inverted(draw)}--tcp-flags ${draw.sample(TCP_FLAGS, 3).join(',')} ${draw.pick([...TCP_FLAGS, 'NONE'])}`
    : undefined;
const tcpOption: Form = (draw, _pools, _place, protocol) =>
  protocol === 'tcp' ? `-m tcp ${inverted(draw)}--tcp-option ${draw.pick([2, 3, 4, 8, 254])}` : undefined;
const tos: Form = (draw) => `-m tos ${inverted(draw)}--tos 0x${draw.integer(16, 252).toString(16)}${draw.pick(['', '/0x3f'])}`;
const dscp: Form = (draw) => `-m dscp ${inverted(draw)}--dscp ${draw.pick([0, 1, 10, 46, 63])}`;
const dscpClass: Form = (draw) => `-m dscp --dscp-class ${draw.pick(['CS1', 'AF21', 'EF', 'BE'])}`;
const packetType: Form = (draw) => `-m pkttype ${inverted(draw)}--pkt-type ${draw.pick(['unicast', 'broadcast', 'multicast'])}`;
/** No token comes back while a world lasts. */
const slowLimit: Form = (draw) => `-m limit --limit ${draw.integer(1, 2)}/day --limit-burst ${draw.integer(1, 12)}`;

/** Matches that look at more than the first packet, or keep count. */
const ANY_MATCHES: readonly Form[] = [
  ...STEADY_MATCHES,
  ctstate,
  state,
  markMatch,
  connmarkMatch,
  ctCondition,
  nth,
  recent,
  ttl,
  setMatch,
  setMatch,
  mac,
  nfacct,
  length,
  tcpFlags,
  tcpOption,
  tos,
  dscp,
  dscpClass,
  packetType,
  slowLimit,
];

/** Matches that depend on the clock, or that no packet here meets: only written and read back. */
const TEXT_MATCHES: readonly Form[] = [
  random,
  (draw) =>
    `-m limit --limit ${draw.integer(1, 100)}/${draw.pick(['sec', 'minute', 'hour', 'day'])}${draw.oneIn(2) ? ` --limit-burst ${draw.integer(1, 50)}` : ''}`,
  (draw, _pools, _place, protocol) => (protocol === 'tcp' ? `-m tcp ${inverted(draw)}--tcp-option ${draw.integer(1, 254)}` : undefined),
  (draw) => `-m conntrack ${inverted(draw)}--ctexpire ${draw.pick(['10', '10:100'])}`,
  (draw, { ports }, _place, protocol) => (protocol === 'sctp' ? `-m sctp ${inverted(draw)}--dport ${draw.pick(ports)}` : undefined),
];

// ---- Targets ----

const NON_TERMINAL: readonly Form[] = [
  () => '',
  () => '',
  () => '-j RETURN',
  (draw, { chains }) => (chains.length > 0 ? `-${draw.oneIn(4) ? 'g' : 'j'} ${draw.pick(chains)}` : undefined),
  (draw, { chains }) => (chains.length > 0 ? `-j ${draw.pick(chains)}` : undefined),
];

const MARKING: readonly Form[] = [
  (draw, _pools, { table }) =>
    table === 'mangle' ? `-j MARK --${draw.pick(['set-mark', 'set-xmark'])} ${mark(draw)}${mask(draw)}` : undefined,
  (draw) => `-j MARK --${draw.pick(['or-mark', 'and-mark', 'xor-mark'])} ${mark(draw)}`,
  (draw) => `-j CONNMARK --set-xmark ${mark(draw)}${mask(draw)}`,
  (draw) => `-j CONNMARK --${draw.pick(['save', 'restore'])}-mark`,
];

const VERDICTS: readonly Form[] = [
  (_draw, _pools, { table }) => (table === 'nat' ? undefined : '-j DROP'),
  () => '-j ACCEPT',
  (draw, _pools, { table }) =>
    table === 'filter'
      ? `-j REJECT --reject-with icmp-${draw.pick(['net-unreachable', 'host-unreachable', 'port-unreachable', 'proto-unreachable', 'net-prohibited', 'host-prohibited', 'admin-prohibited'])}`
      : undefined,
  (_draw, _pools, { table }, protocol) => (table === 'filter' && protocol === 'tcp' ? '-j REJECT --reject-with tcp-reset' : undefined),
];

const atDestinationNat = ({ table, hook }: RulePlace): boolean => table === 'nat' && ['PREROUTING', 'OUTPUT'].includes(hook);
const atSourceNat = ({ table, hook }: RulePlace): boolean => table === 'nat' && ['POSTROUTING'].includes(hook);

const NAT: readonly Form[] = [
  (draw, { servers }, place, protocol) =>
    atDestinationNat(place)
      ? `-j DNAT --to-destination ${hasPorts(protocol) ? draw.pick(servers) : draw.pick(servers).split(':')[0]!}`
      : undefined,
  (draw, { ports }, place, protocol) =>
    atDestinationNat(place) ? `-j REDIRECT${hasPorts(protocol) && !draw.oneIn(4) ? ` --to-ports ${draw.pick(ports)}` : ''}` : undefined,
  (draw, _pools, place) => (atSourceNat(place) ? `-j MASQUERADE${draw.pick(['', ' --random', ' --random-fully'])}` : undefined),
  (draw, _pools, place, protocol) =>
    atSourceNat(place) && hasPorts(protocol)
      ? `-j MASQUERADE --to-ports ${draw.integer(40_000, 40_100)}-${draw.integer(55_000, 60_000)}`
      : undefined,
  (draw, { own }, place) =>
    atSourceNat(place) ? `-j SNAT --to-source ${draw.pick(own)}${draw.pick(['', '', ' --random-fully'])}` : undefined,
  (draw, { networks }, place) => (atDestinationNat(place) && networks.length > 0 ? `-j NETMAP --to ${draw.pick(networks)}` : undefined),
  (draw, { own }, place) => (atSourceNat(place) ? `-j NETMAP --to ${draw.pick(own)}/32` : undefined),
];

/** Targets that only write something down, or change what routers look at. */
const SIDE_EFFECTS: readonly Form[] = [
  (draw) => `-j LOG${draw.pick(['', ' --log-prefix "in: "', ' --log-level 4 --log-uid', ' --log-prefix x --log-tcp-options'])}`,
  (draw, { sets }) => {
    if (sets.length === 0) return undefined;
    const { name, sides } = draw.pick(sets);
    return `-j SET --${draw.pick(['add-set', 'add-set', 'del-set'])} ${name} ${draw.pick(sides)}`;
  },
  (_draw, _pools, { table }) => (table === 'raw' ? '-j TRACE' : undefined),
  (draw, _pools, { table }) => (table === 'mangle' ? `-j TTL --ttl-set ${draw.pick([1, 2, 3, 33, 64])}` : undefined),
  (draw, _pools, { table }) => (table === 'mangle' ? `-j TTL --ttl-${draw.pick(['inc', 'dec'])} ${draw.integer(1, 3)}` : undefined),
  (draw, _pools, { table }) => (table === 'mangle' ? `-j DSCP --set-dscp ${draw.pick([0, 1, 10, 46, 63])}` : undefined),
  (draw, _pools, { table }) => (table === 'mangle' ? `-j TOS --set-tos 0x${draw.integer(16, 252).toString(16)}` : undefined),
];

/** A connection that one of two directions is not tracked of is none. */
const UNTRACKING: readonly Form[] = [
  (draw, _pools, { table }) => (table === 'raw' ? draw.pick(['-j NOTRACK', '-j CT --notrack']) : undefined),
];

const TEXT_TARGETS: readonly Form[] = [
  (draw, _pools, place) => (atDestinationNat(place) ? `-j NETMAP --to 10.${draw.integer(20, 99)}.0.0/16` : undefined),
  (draw, _pools, place, protocol) =>
    atDestinationNat(place) && hasPorts(protocol)
      ? `-j DNAT --to-destination 10.9.0.${draw.integer(1, 99)}-10.9.0.${draw.integer(100, 250)}:${draw.integer(1, 99)}-${draw.integer(100, 999)}${draw.pick(['', ' --random', ' --persistent'])}`
      : undefined,
  (draw, _pools, { table, hook }) =>
    table === 'nat' && ['POSTROUTING', 'INPUT'].includes(hook)
      ? `-j SNAT --to-source 10.9.0.${draw.integer(1, 99)}-10.9.0.${draw.integer(100, 250)}${draw.pick(['', ' --persistent'])}`
      : undefined,
];

/** A rule for `place`, as it may be written after `-A CHAIN`. */
export function generateRule(draw: Draw, pools: RulePools, place: RulePlace, { purpose }: RuleWishes): string {
  const protocols = purpose === 'text' ? ['tcp', 'udp', 'icmp', 'sctp', '', ''] : ['tcp', 'tcp', 'udp', 'icmp', ''];
  const protocol = place.table === 'nat' && draw.oneIn(2) ? draw.pick(['tcp', 'udp']) : draw.pick(protocols);
  const write = (form: Form): string | undefined => form(draw, pools, place, protocol);
  const target = firstOf(draw, targetForms(draw, place, purpose), write) ?? '';
  const ends = /-j (?:DROP|REJECT)/.test(target);
  const matches =
    ends && purpose === 'traffic' ? STEADY_MATCHES : purpose === 'text' ? [...ANY_MATCHES, ...TEXT_MATCHES] : [...ANY_MATCHES, randomOnce];
  const conditions = [
    ...draw.sample(HEAD, draw.integer(0, 2)).map(write),
    ...onePerMatch(draw.sample(matches, draw.integer(0, 2)).map(write)),
    // A drop that spares nobody would leave little to compare.
    ...(ends && draw.oneIn(2) ? onePerMatch([write(port)]) : []),
  ];
  return [protocol && `-p ${protocol}`, ...onePerMatch(conditions), target].filter(Boolean).join(' ');
}

function targetForms(draw: Draw, { table }: RulePlace, purpose: RuleWishes['purpose']): readonly Form[] {
  const own = table === 'nat' ? NAT : table === 'filter' ? VERDICTS : MARKING;
  const aside = table === 'raw' ? [UNTRACKING, SIDE_EFFECTS] : [SIDE_EFFECTS];
  const choices = [NON_TERMINAL, own, own, VERDICTS, MARKING, ...aside, ...(purpose === 'text' ? [TEXT_TARGETS] : [])];
  const chosen = draw.pick(choices);
  // Before the connection is known, or where only first packets come, a drop looks different to a client.
  return purpose === 'traffic' && chosen === VERDICTS && table !== 'filter' ? NON_TERMINAL : chosen;
}

/** The first of the forms, in drawn order, that goes here. */
function firstOf(draw: Draw, forms: readonly Form[], write: (form: Form) => string | undefined): string | undefined {
  for (const form of draw.sample(forms, forms.length)) {
    const text = write(form);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A match may be loaded twice, but its options then belong to the first: keep one of each. */
function onePerMatch(conditions: readonly (string | undefined)[]): string[] {
  const seen = new Set<string>();
  return conditions.filter((text): text is string => {
    if (text === undefined) return false;
    const name = /-m (\S+)/.exec(text)?.[0] ?? text.replace('! ', '').split(' ')[0]!;
    return !seen.has(name) && Boolean(seen.add(name));
  });
}
