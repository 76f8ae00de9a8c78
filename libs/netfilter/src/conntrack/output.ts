import { formatAddress, ICMP, protocolName, TCP } from '@svclab/wire';
import { STATUS, type ConntrackEntry, type Tuple } from './entry.js';
import { formatEntry, secondsLeft } from './format.js';

const XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n';

/** What the words after `-o` ask for. */
export interface OutputFormat {
  readonly kind: 'plain' | 'xml' | 'save';
  readonly extended: boolean;
  readonly id: boolean;
  readonly timestamp: boolean;
}

export const outputFormat = (words: readonly string[]): OutputFormat => ({
  kind: words.includes('xml') ? 'xml' : words.includes('save') ? 'save' : 'plain',
  extended: words.includes('extended'),
  id: words.includes('id'),
  timestamp: words.includes('timestamp'),
});

/** A whole listing. */
export function printEntries(entries: readonly Readonly<ConntrackEntry>[], nowUs: number, format: OutputFormat): string {
  if (format.kind === 'xml') return xmlDocument(entries.map((entry) => xmlEntry(entry, nowUs)));
  const print = format.kind === 'save' ? saveEntry : formatEntry;
  return entries.map((entry) => `${print(entry, nowUs, format)}\n`).join('');
}

/** XML_BODY of a listing: nothing at all is printed when there is no entry. */
const xmlDocument = (flows: readonly string[]): string => (flows.length ? `${xmlHead()}${flows.join('')}${xmlTail()}` : '');

export const xmlHead = (): string => `${XML_DECLARATION}<conntrack>\n`;
export const xmlTail = (): string => '</conntrack>\n';

/** One `<flow>`; an event says its type and nothing of how often the entry is used. */
export function xmlEntry(entry: Readonly<ConntrackEntry>, nowUs: number, event?: 'new' | 'update' | 'destroy', withState = true): string {
  const { original, reply, status, mark } = entry;
  const state = original.protocol === TCP && withState ? `<state>${entry.tcp ?? 'NONE'}</state>` : '';
  const seconds = secondsLeft(entry, nowUs);
  const independent =
    state +
    (event === 'destroy' && seconds === 0 ? '' : `<timeout>${seconds}</timeout>`) +
    (event && mark === 0 ? '' : `<mark>${mark}</mark>`) +
    (event ? '' : '<use>1</use>') +
    `<id>${entry.id}</id>` +
    (status & STATUS.SEEN_REPLY ? '' : '<unreplied/>') +
    (status & STATUS.ASSURED ? '<assured/>' : '');
  return (
    `<flow${event ? ` type="${event}"` : ''}>` +
    `<meta direction="original">${xmlTuple(original)}</meta><meta direction="reply">${xmlTuple(reply)}</meta>` +
    `<meta direction="independent">${independent}</meta></flow>\n`
  );
}

function xmlTuple({ src, dst, protocol, sport, dport }: Tuple): string {
  const ports = protocol === ICMP ? '' : `<sport>${sport}</sport><dport>${dport}</dport>`;
  return (
    `<layer3 protonum="2" protoname="ipv4"><src>${formatAddress(src)}</src><dst>${formatAddress(dst)}</dst></layer3>` +
    `<layer4 protonum="${protocol}" protoname="${protocolName(protocol)}">${ports}</layer4>`
  );
}

/** As `conntrack -R` would read it back. */
function saveEntry(entry: Readonly<ConntrackEntry>, nowUs: number): string {
  const { original, reply, status } = entry;
  const flags = [...(status & STATUS.SEEN_REPLY ? ['SEEN_REPLY'] : []), ...(status & STATUS.ASSURED ? ['ASSURED'] : [])];
  const layer4 =
    original.protocol === ICMP
      ? `--icmp-type ${original.dport >>> 8} --icmp-code ${original.dport & 255} --icmp-id ${original.sport}`
      : `--sport ${original.sport} --dport ${original.dport} --reply-port-src ${reply.sport} --reply-port-dst ${reply.dport}`;
  return (
    `-A -t ${secondsLeft(entry, nowUs)} -u ${flags.join(',') || 'UNSET'} ` +
    `-s ${formatAddress(original.src)} -d ${formatAddress(original.dst)} -r ${formatAddress(reply.src)} -q ${formatAddress(reply.dst)} ` +
    `-p ${protocolName(original.protocol)} ${layer4}${original.protocol === TCP ? ` --state ${entry.tcp ?? 'NONE'}` : ''}`
  );
}
