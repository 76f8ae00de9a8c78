import { ICMP, parsePrefix, protocolName, SCTP, TCP, UDP, type Prefix } from '@svclab/wire';
import { TCP_STATES, type TcpState } from './entry.js';
import { askableStatus } from './status-names.js';

export type ConntrackCommand = 'L' | 'G' | 'D' | 'I' | 'U' | 'E' | 'F' | 'C' | 'S' | 'h' | 'V';

/** Conditions on an entry; absent ones hold. `any` in the NAT ones: translated at all. */
export interface ConntrackFilter {
  origSrc?: Prefix;
  origDst?: Prefix;
  replySrc?: Prefix;
  replyDst?: Prefix;
  srcNat?: Prefix | 'any';
  dstNat?: Prefix | 'any';
  anyNat?: Prefix | 'any';
  protocol?: number;
  sport?: number;
  dport?: number;
  replySport?: number;
  replyDport?: number;
  icmpType?: number;
  icmpCode?: number;
  icmpId?: number;
  state?: TcpState;
  status?: readonly { readonly set: number; readonly unset: number }[];
  mark?: { readonly value: number; readonly mask: number };
  family?: 'ipv4' | 'ipv6';
  /** Every connection is in zone 0. */
  zone?: number;
  /** Ports of `--src-nat` and `--dst-nat`, for `-I`. */
  srcNatPort?: number;
  dstNatPort?: number;
}

export interface ConntrackArguments {
  readonly command: ConntrackCommand;
  /** `conntrack`, `expect`, `dying` or `unconfirmed`. */
  readonly table: string;
  readonly filter: ConntrackFilter;
  readonly output: readonly string[];
  /** Of `-E`; absent: all. */
  readonly events?: readonly EventKind[];
  readonly timeoutSeconds?: number;
}

export type EventKind = 'NEW' | 'UPDATE' | 'DESTROY';

/** A command line that the tool refuses (exit 2). */
export class ConntrackUsageError extends Error {
  override readonly name = 'ConntrackUsageError';
}

/** Commands by each of their spellings. */
const COMMANDS: { readonly [word: string]: ConntrackCommand } = {
  '-L': 'L',
  '--dump': 'L',
  '-G': 'G',
  '--get': 'G',
  '-D': 'D',
  '--delete': 'D',
  '-I': 'I',
  '--create': 'I',
  '-U': 'U',
  '--update': 'U',
  '-E': 'E',
  '--event': 'E',
  '-F': 'F',
  '--flush': 'F',
  '-C': 'C',
  '--count': 'C',
  '-S': 'S',
  '--stats': 'S',
  '-h': 'h',
  '--help': 'h',
  '-V': 'V',
  '--version': 'V',
};

/** What `-e` takes; `-E` sees all of `ALL`. */
const EVENT_MASKS: { readonly [word: string]: readonly EventKind[] } = {
  ALL: ['NEW', 'UPDATE', 'DESTROY'],
  NEW: ['NEW'],
  UPDATES: ['UPDATE'],
  DESTROY: ['DESTROY'],
};

const TABLES = ['conntrack', 'expect', 'dying', 'unconfirmed'];
const OUTPUTS = ['xml', 'timestamp', 'id', 'extended', 'ktimestamp', 'labels', 'userspace', 'save'];
const PROTOCOLS: { readonly [name: string]: number } = { tcp: TCP, udp: UDP, icmp: ICMP, sctp: SCTP };

type Apply = (filter: ConntrackFilter, value: string) => void;

const options = (apply: Apply, ...words: string[]): [string, Apply][] => words.map((word) => [word, apply]);

/** Options with one value that every protocol has. */
const COMMON_OPTIONS: ReadonlyMap<string, Apply> = new Map([
  ...options((filter, value) => (filter.origSrc = prefix(value)), '-s', '--src', '--orig-src'),
  ...options((filter, value) => (filter.origDst = prefix(value)), '-d', '--dst', '--orig-dst'),
  ...options((filter, value) => (filter.replySrc = prefix(value)), '-r', '--reply-src'),
  ...options((filter, value) => (filter.replyDst = prefix(value)), '-q', '--reply-dst'),
  ...options((filter, value) => (filter.protocol = protocol(value)), '-p', '--proto', '--protonum'),
  ...options((filter, value) => (filter.status = status(value)), '-u', '--status'),
  ...options((filter, value) => (filter.mark = mark(value)), '-m', '--mark'),
  ...options((filter, value) => (filter.family = family(value)), '-f', '--family'),
  ...options((filter, value) => (filter.zone = leadingNumber(value)), '-w', '--zone'),
]);

/** Options whose value may be missing: then any translation will do. */
const NAT_OPTIONS: { readonly [word: string]: 'srcNat' | 'dstNat' | 'anyNat' } = {
  '-n': 'srcNat',
  '--src-nat': 'srcNat',
  '-g': 'dstNat',
  '--dst-nat': 'dstNat',
  '-j': 'anyNat',
  '--any-nat': 'anyNat',
};

/** Options that exist once `-p` has said the protocol. */
const PORT_OPTIONS: ReadonlyMap<string, Apply> = new Map([
  ...options((filter, value) => (filter.sport = number(value)), '--sport', '--orig-port-src'),
  ...options((filter, value) => (filter.dport = number(value)), '--dport', '--orig-port-dst'),
  ...options((filter, value) => (filter.replySport = number(value)), '--reply-port-src'),
  ...options((filter, value) => (filter.replyDport = number(value)), '--reply-port-dst'),
]);
const STATE_OPTION: ReadonlyMap<string, Apply> = new Map(options((filter, value) => (filter.state = tcpState(value)), '--state'));
const ICMP_OPTIONS: ReadonlyMap<string, Apply> = new Map([
  ...options((filter, value) => (filter.icmpType = number(value)), '--icmp-type'),
  ...options((filter, value) => (filter.icmpCode = number(value)), '--icmp-code'),
  ...options((filter, value) => (filter.icmpId = number(value)), '--icmp-id'),
]);

/** Throws {@link ConntrackUsageError}. `undefined`: no command, the tool then prints its usage. */
export function parseConntrackArguments(argv: readonly string[]): ConntrackArguments | undefined {
  const words = argv.flatMap(splitJoined);
  const filter: ConntrackFilter = {};
  let command: ConntrackCommand | undefined;
  let table = 'conntrack';
  let output: readonly string[] = [];
  let events: readonly EventKind[] | undefined;
  let timeoutSeconds: number | undefined;
  const protocolOptions: [string, string][] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const next = words[i + 1];
    const hasValue = next !== undefined && !next.startsWith('-');
    if (COMMANDS[word]) {
      if (command) throw new ConntrackUsageError('Invalid commands combination');
      command = COMMANDS[word];
      if (hasValue && 'LGDIUEFCS'.includes(command)) table = tableName(words[++i]!);
    } else if (NAT_OPTIONS[word]) setTranslation(filter, NAT_OPTIONS[word], hasValue ? words[++i] : undefined);
    else if (word === '-o' || word === '--output') output = outputs(value(words, ++i, word));
    else if (word === '-e' || word === '--event-mask') events = eventMask(value(words, ++i, word));
    else if (word === '-t' || word === '--timeout') timeoutSeconds = leadingNumber(value(words, ++i, word));
    else if (word === '-b' || word === '--buffer-size') value(words, ++i, word);
    else if (word === '-z' || word === '--zero') continue;
    else if (COMMON_OPTIONS.has(word)) COMMON_OPTIONS.get(word)!(filter, value(words, ++i, word));
    else if (word.startsWith('--') && hasValue) protocolOptions.push([word, words[++i]!]);
    else throw new ConntrackUsageError(word.startsWith('-') ? `unknown option \`${word}'` : `Bad parameter \`${word}'`);
  }
  for (const [word, text] of protocolOptions) applyProtocolOption(filter, word, text);
  if (events && command !== 'E') throw new ConntrackUsageError("Illegal option `--event-mask' with this command");
  return command && { command, table, filter, output, ...(events && { events }), ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
}

/** `10.0.0.1`, `10.0.0.1:80`; absent: any translation. */
function setTranslation(filter: ConntrackFilter, which: 'srcNat' | 'dstNat' | 'anyNat', text: string | undefined): void {
  const [addressText, portText] = text?.split(':', 2) ?? [];
  filter[which] = addressText === undefined ? 'any' : prefix(addressText);
  if (portText !== undefined && which !== 'anyNat') filter[`${which}Port`] = number(portText);
}

function eventMask(text: string): readonly EventKind[] {
  return text.split(',').flatMap((word) => {
    const kinds = Object.hasOwn(EVENT_MASKS, word.toUpperCase()) ? EVENT_MASKS[word.toUpperCase()] : undefined;
    if (!kinds) throw new ConntrackUsageError(`Bad parameter \`${text}'`);
    return kinds;
  });
}

function applyProtocolOption(filter: ConntrackFilter, word: string, text: string): void {
  const apply =
    filter.protocol === ICMP
      ? ICMP_OPTIONS.get(word)
      : filter.protocol === undefined
        ? undefined
        : (PORT_OPTIONS.get(word) ?? (filter.protocol === TCP ? STATE_OPTION.get(word) : undefined));
  if (!apply) throw new ConntrackUsageError(`unknown option \`${word}'`);
  apply(filter, text);
}

/** `--src=10.0.0.1` and `-s10.0.0.1` are two words. */
function splitJoined(word: string): string[] {
  const joined = /^(--[a-z-]+)=(.*)$/.exec(word) ?? /^(-[sdrqpfumnoetbw])(.+)$/.exec(word);
  return joined ? [joined[1]!, joined[2]!] : [word];
}

function value(words: readonly string[], position: number, option: string): string {
  const text = words[position];
  if (text === undefined) throw new ConntrackUsageError(`option \`${option}' requires an argument`);
  return text;
}

function tableName(text: string): string {
  if (!TABLES.includes(text)) throw new ConntrackUsageError(`unknown type \`${text}'`);
  return text;
}

function outputs(text: string): readonly string[] {
  const words = text.split(',');
  for (const word of words) if (!OUTPUTS.includes(word)) throw new ConntrackUsageError(`Bad parameter \`${word}'`);
  return words;
}

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new ConntrackUsageError(`Invalid IP address \`${text}'`);
  return parsed.value;
}

function protocol(text: string): number {
  const lower = text.toLowerCase();
  const found = /^\d+$/.test(text) ? Number(text) : PROTOCOLS[lower];
  if (found === undefined || !Object.hasOwn(PROTOCOLS, protocolName(found)))
    throw new ConntrackUsageError(`\`${text}' unsupported protocol`);
  return found;
}

function number(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535) throw new ConntrackUsageError(`Bad parameter \`${text}'`);
  return Number(text);
}

/** atol(3): what is no number is 0. */
const leadingNumber = (text: string): number => parseInt(text, 10) || 0;

function tcpState(text: string): TcpState {
  const found = TCP_STATES.find((state) => state === text);
  if (!found) throw new ConntrackUsageError(`unknown TCP state \`${text}'`);
  return found;
}

function status(text: string): readonly { readonly set: number; readonly unset: number }[] {
  return text.split(',').map((word) => {
    const found = askableStatus(word);
    if (!found) throw new ConntrackUsageError(`Bad parameter \`${text}'`);
    return found;
  });
}

function mark(text: string): { readonly value: number; readonly mask: number } {
  const [valueText, maskText] = text.split('/');
  return { value: Number(valueText), mask: maskText === undefined ? 0xffffffff : Number(maskText) };
}

function family(text: string): 'ipv4' | 'ipv6' {
  if (text !== 'ipv4' && text !== 'ipv6') throw new ConntrackUsageError(`\`${text}' unsupported protocol`);
  return text;
}
