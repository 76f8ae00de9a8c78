import { formatAddress, parseIpv4, SCTP, TCP, UDP, type Address } from '@svclab/wire';
import type { NatRange } from '../../nat/nat.js';
import type { OptionSet, OptionSpec, RuleContext, RuleProtocol, RuleVerdict } from '../extension.js';
import { parsePort } from '../matches/ports.js';
import { parameterProblem } from '../tool-error.js';

export const RANDOM_OPTION: OptionSpec = { name: 'random', values: 0 };
/** Only targets that change the source know `--random-fully`. */
export const SOURCE_RANDOM_OPTIONS: readonly OptionSpec[] = [RANDOM_OPTION, { name: 'random-fully', values: 0 }];
export const PERSISTENT_OPTION: OptionSpec = { name: 'persistent', values: 0 };

/** The words that follow a NAT target's range, in the tool's order. */
const FLAG_WORDS = ['random', 'random-fully', 'persistent'] as const;

/** `address[-address][:port[-port]]`, with the flags given beside it. */
export function parseAddressRange(text: string, options: OptionSet, protocol: RuleProtocol): NatRange {
  const colon = text.indexOf(':');
  const addressText = colon < 0 ? text : text.slice(0, colon);
  const range: NatRange = { random: isRandom(options), persistent: options.has('persistent') };
  const addresses = addressText === '' ? {} : { addresses: parseAddresses(addressText) };
  return { ...range, ...addresses, ...(colon >= 0 && parseShiftedPorts(text.slice(colon + 1), protocol)) };
}

/** `port[-port[/base]]`. */
function parseShiftedPorts(text: string, protocol: RuleProtocol): Pick<NatRange, 'ports' | 'basePort'> {
  const slash = text.indexOf('/');
  if (slash < 0) return { ports: parsePorts(text, protocol) };
  return { ports: parsePorts(text.slice(0, slash), protocol), basePort: parsePort(text.slice(slash + 1)) };
}

/** `port[-port]`. */
export function parsePorts(text: string, protocol: RuleProtocol): readonly [number, number] {
  const speaksPorts = [TCP, UDP, SCTP].some((number) => number === protocol.number) && !protocol.inverted;
  if (!speaksPorts) throw parameterProblem('Need TCP, UDP, SCTP or DCCP with port specification');
  const [firstText, lastText] = text.split('-', 2);
  if (!/^\d+$/.test(firstText!) && lastText !== undefined) throw parameterProblem(`Port range \`${text}' funky`);
  const first = parsePort(firstText!);
  const last = lastText === undefined ? first : parsePort(lastText);
  if (last < first) throw parameterProblem(`Port range \`${lastText}' funky`);
  return [first, last];
}

export const isRandom = (options: OptionSet): boolean => options.has('random') || options.has('random-fully');

function parseAddresses(text: string): readonly [Address, Address] {
  const [firstText, lastText] = text.split('-', 2);
  const first = parseIpv4(firstText!);
  const last = lastText === undefined ? first : parseIpv4(lastText);
  if (first === undefined) throw parameterProblem(`Bad IP address "${firstText}"`);
  if (last === undefined) throw parameterProblem(`Bad IP address "${lastText}"`);
  return [first, last];
}

/** `10.0.0.1-10.0.0.9:80-90`. */
export function rangeText({ addresses, ports, basePort }: NatRange): string {
  let text = '';
  if (addresses) {
    text = formatAddress(addresses[0]);
    if (formatAddress(addresses[1]) !== text) text += `-${formatAddress(addresses[1])}`;
  }
  return ports ? `${text}:${portsText(ports)}${basePort === undefined ? '' : `/${basePort}`}` : text;
}

export const portsText = ([first, last]: readonly [number, number]): string => (first === last ? String(first) : `${first}-${last}`);

/** The flags given, each behind a blank and `dashes`. */
export const flagsText = (options: OptionSet, dashes: '--' | ''): string =>
  FLAG_WORDS.filter((word) => options.has(word))
    .map((word) => ` ${dashes}${word}`)
    .join('');

/** What all NAT targets end in: the connection's translation is settled, the packet accepted. */
export function translate(context: RuleContext, range: NatRange, manip: 'SRC' | 'DST'): RuleVerdict {
  if (!context.skb.ct) return 'DROP';
  context.kernel.nat.setup(context.netns, context.skb.ct.entry, range, manip);
  return 'ACCEPT';
}
