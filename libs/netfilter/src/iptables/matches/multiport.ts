import { SCTP, TCP, UDP, type Packet } from '@svclab/wire';
import { bang, type MatchExtension, type OptionSet, type OptionSpec, type RuleProtocol } from '../extension.js';
import { portName } from '../names.js';
import { parameterProblem } from '../tool-error.js';
import { parsePort } from './ports.js';

/** Linux: `XT_MULTI_PORTS`; a range takes two of them. */
const MOST_PORTS = 15;
const DCCP = 33;
const UDPLITE = 136;
const PROTOCOLS: readonly number[] = [TCP, UDP, UDPLITE, SCTP, DCCP];

/** Which of a packet's ports are compared. */
type Side = 'sports' | 'dports' | 'ports';

const OPTIONS: { readonly [option: string]: Side } = { 'source-ports': 'sports', 'destination-ports': 'dports', ports: 'ports' };

const options: readonly OptionSpec[] = Object.entries(OPTIONS).map(([name, side]) => ({
  name,
  ...(name !== side && { aliases: [side] }),
  values: 1,
  invertible: true,
  excludes: Object.keys(OPTIONS).filter((other) => other !== name),
}));

type Span = readonly [first: number, last: number];

/** `-m multiport`: one of up to 15 ports (Linux: net/netfilter/xt_multiport.c). */
export const multiport: MatchExtension = {
  name: 'multiport',
  options,
  parse(given, protocol) {
    checkProtocol(protocol);
    const option = Object.keys(OPTIONS).find((name) => given.has(name));
    if (option === undefined) throw parameterProblem('multiport expection an option');
    const side = OPTIONS[option]!;
    const spans = parseSpans(given, option);
    const inverted = given.isInverted(option);
    const print = (name: (port: number) => string): string =>
      spans.map(([first, last]) => (first === last ? name(first) : `${name(first)}:${name(last)}`)).join(',');
    return {
      name: 'multiport',
      text: `${bang(inverted)}--${side} ${print(String)}`,
      list: (numeric) => `multiport ${side} ${inverted ? ' !' : ''}${print(numeric ? String : portName)}`,
      test: ({ packet }) => hasPort(packet, side, spans) !== inverted,
      explain: ({ packet }, matched) => `${portsOf(packet, side)} ${matched === inverted ? 'is not' : 'is'} one of ${print(String)}`,
    };
  },
};

function checkProtocol({ number, inverted }: RuleProtocol): void {
  if (number === 0) throw parameterProblem("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
  if (inverted || !PROTOCOLS.includes(number)) throw parameterProblem('multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP');
}

function parseSpans(given: OptionSet, option: string): readonly Span[] {
  const spans: Span[] = [];
  let used = 0;
  for (const word of given.value(option)!.split(',')) {
    const [firstText, lastText] = word.split(':', 2);
    used += lastText === undefined ? 1 : 2;
    if (used > MOST_PORTS) throw parameterProblem('too many ports specified');
    const first = parsePort(firstText!);
    const last = lastText === undefined ? first : parsePort(lastText);
    if (last < first || (lastText !== undefined && first === last)) throw parameterProblem('invalid portrange specified');
    spans.push([first, last]);
  }
  return spans;
}

function hasPort({ sport, dport }: Packet, side: Side, spans: readonly Span[]): boolean {
  for (const [first, last] of spans) {
    if (side !== 'dports' && sport >= first && sport <= last) return true;
    if (side !== 'sports' && dport >= first && dport <= last) return true;
  }
  return false;
}

function portsOf({ sport, dport }: Packet, side: Side): string {
  if (side === 'ports') return `source port ${sport} or destination port ${dport}`;
  return side === 'sports' ? `source port ${sport}` : `destination port ${dport}`;
}
