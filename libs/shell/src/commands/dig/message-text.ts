import { DNS_RCODES, dnsRecordData, isInZone, type DnsMessage, type DnsQuestion, type DnsRecord } from '@svclab/wire';
import type { Display } from './options.js';

const OPCODES = ['QUERY', 'IQUERY', 'STATUS', 'RESERVED3', 'NOTIFY', 'UPDATE'];
const TAB = 8;

/** Where the parts of a record begin (BIND `bin/dig/dig.c`, `printmessage`). */
interface Columns {
  readonly ttl: number;
  readonly class: number;
  readonly type: number;
  readonly data: number;
}

/** A message as dig 9.18 prints it. `cookie` is what the question carried. */
export function messageText(message: DnsMessage, display: Display, cookie: string | undefined): string {
  const { comments } = display;
  const section = (title: string, shown: boolean, lines: readonly string[]): string => {
    if (!shown || !lines.length) return '';
    return comments ? `;; ${title} SECTION:\n${lines.join('')}\n` : lines.join('');
  };
  const columns = columnsOf(display);
  const records = (list: readonly DnsRecord[]): string[] => list.map((record) => recordLine(record, display, columns));
  return [
    comments ? header(message) : '',
    comments && message.edns ? ednsText(message.edns, cookie) : '',
    section(
      'QUESTION',
      display.question,
      message.questions.map((question) => questionLine(question, columns)),
    ),
    section('ANSWER', display.answer, records(message.answers)),
    section('AUTHORITY', display.authority, records(message.authorities)),
    section('ADDITIONAL', display.additional, records(message.additionals)),
  ].join('');
}

function header(message: DnsMessage): string {
  const { id, opcode, rcode, questions, answers, authorities, additionals, edns } = message;
  const flags = [
    message.isResponse && 'qr',
    message.authoritative && 'aa',
    message.truncated && 'tc',
    message.recursionDesired && 'rd',
    message.recursionAvailable && 'ra',
    message.authenticatedData && 'ad',
    message.checkingDisabled && 'cd',
  ].filter((flag) => flag !== false);
  const isLocal = questions.some(({ name }) => isInZone(name, 'local.'));
  return [
    ...(isLocal
      ? [
          ';; WARNING: .local is reserved for Multicast DNS',
          ';; You are currently testing what happens when an mDNS query is leaked to DNS',
        ]
      : []),
    `;; ->>HEADER<<- opcode: ${OPCODES[opcode] ?? `RESERVED${opcode}`}, status: ${DNS_RCODES.find((known) => known === rcode)}, id: ${id}`,
    `;; flags: ${flags.join(' ')}; QUERY: ${questions.length}, ANSWER: ${answers.length}, AUTHORITY: ${authorities.length}, ADDITIONAL: ${additionals.length + (edns ? 1 : 0)}`,
    ...(message.recursionDesired && !message.recursionAvailable ? [';; WARNING: recursion requested but not available'] : []),
    '\n',
  ].join('\n');
}

function ednsText({ udpSize, dnssecOk, cookie }: NonNullable<DnsMessage['edns']>, sent: string | undefined): string {
  const echoed = cookie === sent ? ' (echoed)' : cookie?.startsWith(sent ?? '-') ? ' (good)' : ' (bad)';
  const cookieLine = cookie === undefined ? '' : `; COOKIE: ${cookie}${echoed}\n`;
  return `;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:${dnssecOk ? ' do' : ''}; udp: ${udpSize}\n${cookieLine}`;
}

function columnsOf({ ttlid, class: showsClass }: Display): Columns {
  const classColumn = ttlid ? 32 : 24;
  const type = classColumn + (showsClass ? TAB : 0);
  return { ttl: 24, class: classColumn, type, data: type + TAB };
}

const questionLine = ({ name, type }: DnsQuestion, columns: Columns): string =>
  `;${inColumns([
    [0, name],
    [columns.class, 'IN'],
    [columns.type, type],
  ])}\n`;

function recordLine(record: DnsRecord, { ttlid, class: showsClass }: Display, columns: Columns): string {
  const parts: (readonly [number, string])[] = [[0, record.name]];
  if (ttlid) parts.push([columns.ttl, String(record.ttl)]);
  if (showsClass) parts.push([columns.class, 'IN']);
  parts.push([columns.type, record.type], [columns.data, dnsRecordData(record)]);
  return `${inColumns(parts)}\n`;
}

/** Each part at its column or one further than the last, with tabs where they reach (BIND `lib/dns/masterdump.c`, `indent`). */
function inColumns(parts: readonly (readonly [column: number, text: string])[]): string {
  let line = '';
  let at = 0;
  for (const [column, text] of parts) {
    if (line) {
      const to = Math.max(column, at + 1);
      const tabs = Math.floor(to / TAB) - Math.floor(at / TAB);
      const from = tabs > 0 ? Math.floor(to / TAB) * TAB : at;
      line += '\t'.repeat(tabs) + ' '.repeat(to - from);
      at = to;
    }
    line += text;
    at += text.length;
  }
  return line;
}
