import { translate } from '@docusaurus/Translate';

/** Why a rule matched or not, and what became of a packet, as the engine says it: put into the reader's language. */
export function reasonText(reason: string): string {
  for (const [pattern, say] of PHRASES) {
    const match = pattern.exec(reason);
    if (match) return say(match.slice(1));
  }
  return reason;
}

type Say = (parts: readonly string[]) => string;

/** Names of what rules ask about, as the engine's phrases begin. */
const subjectText = (subject: string): string => SUBJECTS[subject]?.() ?? subject;

const SUBJECTS: { readonly [subject: string]: () => string } = {
  source: () => translate({ id: 'packetPath.subject.source', message: 'source' }),
  destination: () => translate({ id: 'packetPath.subject.destination', message: 'destination' }),
  'source port': () => translate({ id: 'packetPath.subject.sourcePort', message: 'source port' }),
  'destination port': () => translate({ id: 'packetPath.subject.destinationPort', message: 'destination port' }),
  protocol: () => translate({ id: 'packetPath.subject.protocol', message: 'protocol' }),
  'incoming interface': () => translate({ id: 'packetPath.subject.inIface', message: 'incoming interface' }),
  'outgoing interface': () => translate({ id: 'packetPath.subject.outIface', message: 'outgoing interface' }),
};

const SUBJECT = `(${Object.keys(SUBJECTS)
  .toSorted((a, b) => b.length - a.length)
  .join('|')})`;

/** Most special first: the first that fits speaks. */
const PHRASES: readonly (readonly [RegExp, Say])[] = [
  [
    new RegExp(`^${SUBJECT} (\\S+) is not in (.+)$`),
    ([subject, value, wanted]) =>
      translate({ id: 'packetPath.reason.notIn', message: '{subject} {value} is not in {wanted}' }, about(subject, value, wanted)),
  ],
  [
    new RegExp(`^${SUBJECT} (\\S+) is in (.+)$`),
    ([subject, value, wanted]) =>
      translate({ id: 'packetPath.reason.in', message: '{subject} {value} is in {wanted}' }, about(subject, value, wanted)),
  ],
  [
    new RegExp(`^${SUBJECT} (\\S+) is not (.+)$`),
    ([subject, value, wanted]) =>
      translate({ id: 'packetPath.reason.isNot', message: '{subject} {value} is not {wanted}' }, about(subject, value, wanted)),
  ],
  [
    new RegExp(`^${SUBJECT} (\\S+) is (\\S+) here$`),
    ([subject, value, wanted]) =>
      translate({ id: 'packetPath.reason.addressType', message: '{subject} {value} is {wanted} here' }, about(subject, value, wanted)),
  ],
  [
    new RegExp(`^${SUBJECT} is (\\S+)$`),
    ([subject, value]) => translate({ id: 'packetPath.reason.is', message: '{subject} is {value}' }, about(subject, value)),
  ],
  [
    /^the connection is (\S+), not (.+)$/,
    ([value, wanted]) =>
      translate({ id: 'packetPath.reason.stateIsNot', message: 'the connection is {value}, not {wanted}' }, about('', value, wanted)),
  ],
  [
    /^the connection is (\S+)$/,
    ([value]) => translate({ id: 'packetPath.reason.stateIs', message: 'the connection is {value}' }, about('', value)),
  ],
  [
    /^mark (\S+) does not have (\S+)$/,
    ([value, wanted]) =>
      translate({ id: 'packetPath.reason.noMark', message: 'mark {value} does not have {wanted}' }, about('', value, wanted)),
  ],
  [
    /^mark (\S+) has (\S+)$/,
    ([value, wanted]) => translate({ id: 'packetPath.reason.mark', message: 'mark {value} has {wanted}' }, about('', value, wanted)),
  ],
  [
    /^(\S+) is noted in list (\S+)$/,
    ([value, list]) => translate({ id: 'packetPath.reason.noted', message: '{value} is noted in list {wanted}' }, about('', value, list)),
  ],
  [
    /^(\S+) is not in list ([^\s,]+)(?:, seen within (\d+) s)?$/,
    ([value, list]) => translate({ id: 'packetPath.reason.notSeen', message: '{value} is not in list {wanted}' }, about('', value, list)),
  ],
  [
    /^(\S+) is in list ([^\s,]+)(?:, seen within (\d+) s)?$/,
    ([value, list]) => translate({ id: 'packetPath.reason.seen', message: '{value} is in list {wanted}' }, about('', value, list)),
  ],
  [
    /^nobody listens on ([^\s;]+?)(?::? the kernel answers RST|; ICMP .*)?$/,
    ([where]) => translate({ id: 'packetPath.reason.nobody', message: 'nobody listens on {value}' }, about('', where)),
  ],
  [
    /^(\S+) (?:listens|receives) on (\S+)$/,
    ([program, where]) => translate({ id: 'packetPath.reason.listens', message: '{value} listens on {wanted}' }, about('', program, where)),
  ],
  [
    /^the client has its (?:connection|answer)$/,
    () => translate({ id: 'packetPath.reason.answered', message: 'the client has its answer' }),
  ],
  [
    /^the client is told(?:: the connection (?:fails|is refused)| of the error)$/,
    () => translate({ id: 'packetPath.reason.told', message: 'the client is told: the connection is refused' }),
  ],
  [
    /^the kernel (?:itself )?answers (?:an|the) echo request$/,
    () => translate({ id: 'packetPath.reason.echo', message: 'the kernel itself answers an echo request' }),
  ],
  [
    /^ICMP (.+) goes back from (\S+)$/,
    ([what, from]) =>
      translate({ id: 'packetPath.reason.icmpBack', message: 'ICMP {value} goes back from {wanted}' }, about('', what, from)),
  ],
  [
    /^(\S+) left through the docker host's uplink; nobody out there answers$/,
    ([address]) =>
      translate(
        { id: 'packetPath.reason.uplink', message: "{value} left through the docker host's uplink; nobody out there answers" },
        about('', address),
      ),
  ],
  [
    /^no route to (\S+?)(?:; .*)?$/,
    ([address]) => translate({ id: 'packetPath.reason.noRoute', message: 'no route to {value}' }, about('', address)),
  ],
  [
    /^nobody answers ARP for (\S+) on (\S+); .*$/,
    ([address, iface]) =>
      translate({ id: 'packetPath.reason.noArp', message: 'nobody answers ARP for {value} on {wanted}' }, about('', address, iface)),
  ],
  [
    /^dropped in (\S+) by the policy of chain .*$/,
    ([hook]) => translate({ id: 'packetPath.reason.policy', message: 'dropped by the policy of chain {value}' }, about('', hook)),
  ],
  [/^no answer came$/, () => translate({ id: 'packetPath.reason.silence', message: 'no answer came' })],
  [
    /^(rejected|dropped) in (\S+) by rule (\d+) of chain (\S+) in table (\w+): .*$/s,
    ([what, hook, number, chain, table]) =>
      what === 'rejected'
        ? translate(
            { id: 'packetPath.reason.rejected', message: 'rejected in {table} {hook} by rule {number} of {chain}' },
            { table: table!, hook: hook!, number: number!, chain: chain! },
          )
        : translate(
            { id: 'packetPath.reason.dropped', message: 'dropped in {table} {hook} by rule {number} of {chain}' },
            { table: table!, hook: hook!, number: number!, chain: chain! },
          ),
  ],
];

const about = (
  subject: string | undefined,
  value: string | undefined,
  wanted = '',
): { subject: string; value: string; wanted: string } => ({
  subject: subjectText(subject ?? ''),
  value: value ?? '',
  wanted,
});
