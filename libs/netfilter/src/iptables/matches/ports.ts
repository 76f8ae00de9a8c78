import { bang, compared, type OptionSet, type OptionSpec } from '../extension.js';
import { portName, portNumber } from '../names.js';
import { READS } from '../reads.js';
import { parameterProblem } from '../tool-error.js';

/** First and last port that a condition allows. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
  readonly inverted: boolean;
}

const ANY: PortRange = { first: 0, last: 65_535, inverted: false };

/** The options that TCP, UDP and SCTP matches share. */
export const PORT_OPTIONS: readonly OptionSpec[] = [
  { name: 'source-port', aliases: ['sport'], values: 1, invertible: true },
  { name: 'destination-port', aliases: ['dport'], values: 1, invertible: true },
];

/** `80`, `http`, `80:90`, `:1023`, `1024:`. */
export function parsePortRange(options: OptionSet, name: string): PortRange {
  const text = options.value(name);
  if (text === undefined) return ANY;
  const [firstText, lastText, ...rest] = text.split(':');
  if (rest.length) throw parameterProblem(`invalid port/service \`${text}' specified`);
  const first = firstText === '' && lastText !== undefined ? 0 : parsePort(firstText!);
  const last = lastText === undefined ? first : lastText === '' ? 65_535 : parsePort(lastText);
  if (first > last) throw parameterProblem('invalid portrange (min > max)');
  return { first, last, inverted: options.isInverted(name) };
}

export function parsePort(text: string): number {
  const port = portNumber(text);
  if (port === undefined) throw parameterProblem(`invalid port/service \`${text}' specified`);
  return port;
}

export const portMatches = (range: PortRange, port: number): boolean => (port >= range.first && port <= range.last) !== range.inverted;

/** The one port that the condition allows; `undefined` where it allows others. */
export const onlyPort = ({ first, last, inverted }: PortRange): number | undefined => (first === last && !inverted ? first : undefined);

/** Which ports the conditions look at: bits of {@link READS}. */
export const portsRead = (source: PortRange, destination: PortRange): number =>
  (isAny(source) ? READS.NOTHING : READS.SOURCE_PORT) | (isAny(destination) ? READS.NOTHING : READS.DESTINATION_PORT);

const isAny = (range: PortRange): boolean => range.first === 0 && range.last === 65_535 && !range.inverted;

/** ` --dport 80:90`; empty when every port will do. */
export function printPorts(range: PortRange, option: 'sport' | 'dport'): string {
  if (isAny(range)) return '';
  return ` ${bang(range.inverted)}--${option} ${range.first === range.last ? range.first : `${range.first}:${range.last}`}`;
}

/** ` dpt:80`, ` dpts:80:90`; empty when every port will do. */
export function listPorts(range: PortRange, label: 'spt' | 'dpt', numeric: boolean): string {
  if (isAny(range)) return '';
  const text = (port: number): string => (numeric ? String(port) : portName(port));
  const value = range.first === range.last ? text(range.first) : `${text(range.first)}:${text(range.last)}`;
  return ` ${label}${range.first === range.last ? '' : 's'}:${range.inverted ? '!' : ''}${value}`;
}

/** What of the two conditions holds when the match as a whole does, or the first that does not. */
export function explainPorts(source: PortRange, destination: PortRange, sport: number, dport: number, matched: boolean): string {
  const conditions = [
    { what: 'destination port', range: destination, port: dport },
    { what: 'source port', range: source, port: sport },
  ].filter(({ range, port }) => !isAny(range) && portMatches(range, port) === matched);
  return (matched ? conditions : conditions.slice(0, 1)).map(explainPort).join(', ');
}

function explainPort({ what, range, port }: { what: string; range: PortRange; port: number }): string {
  const wanted = range.first === range.last ? String(range.first) : `in ${range.first}:${range.last}`;
  return compared(what, port, wanted, portMatches(range, port) !== range.inverted);
}
