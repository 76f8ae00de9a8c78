import type { Hook, RejectWith } from '../../types.js';
import type { TokenReader } from '../lexer.js';
import { REJECTED, type Statement } from '../rule.js';
import type { TableFamily } from '../types.js';

const HOOKS: readonly Hook[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT'];
const TCP = 6;

/** What nft calls the answers; `prot-unreachable` is no slip of ours. */
const ICMP_ANSWERS: Readonly<Record<string, RejectWith>> = {
  'net-unreachable': 'icmp-net-unreachable',
  'host-unreachable': 'icmp-host-unreachable',
  'prot-unreachable': 'icmp-proto-unreachable',
  'port-unreachable': 'icmp-port-unreachable',
  'net-prohibited': 'icmp-net-prohibited',
  'host-prohibited': 'icmp-host-prohibited',
  'admin-prohibited': 'icmp-admin-prohibited',
};

/** Codes that table family inet gives to either protocol. */
const ICMPX_ANSWERS: Readonly<Record<string, RejectWith>> = {
  'no-route': 'icmp-net-unreachable',
  'port-unreachable': 'icmp-port-unreachable',
  'host-unreachable': 'icmp-host-unreachable',
  'admin-prohibited': 'icmp-admin-prohibited',
};

/** Drops the packet and tells its sender (Linux: net/netfilter/nft_reject.c). */
export function readReject(reader: TokenReader, family: TableFamily): Statement {
  reader.expect('reject');
  const [rejectWith, words] = reader.accept('with') ? readAnswer(reader) : (['icmp-port-unreachable', ''] as const);
  const usual = words === '' || words === `icmp port-unreachable` || words === `icmpx port-unreachable`;
  // Simplification: an IPv6 packet that is rejected gets the answer's IPv4 name; nothing of IPv6 is sent here yet.
  return {
    text: usual && (family !== 'inet' || !words.startsWith('icmp ')) ? 'reject' : `reject with ${words}`,
    title: 'reject',
    isTerminal: true,
    hooks: HOOKS,
    rejectWith,
    ...(rejectWith === 'tcp-reset' && { impliesProtocol: TCP }),
    run: (context) => (rejectWith === 'tcp-reset' && context.packet.protocol !== TCP ? { kind: 'break' } : REJECTED),
  };
}

function readAnswer(reader: TokenReader): readonly [RejectWith, string] {
  if (reader.accept('tcp')) {
    reader.expect('reset');
    return ['tcp-reset', 'tcp reset'];
  }
  const isAny = reader.at('icmpx');
  if (!isAny) reader.expect('icmp');
  else reader.next();
  reader.accept('type');
  const answer = (isAny ? ICMPX_ANSWERS : ICMP_ANSWERS)[reader.here.text];
  if (!answer) throw reader.unexpected();
  return [answer, `${isAny ? 'icmpx' : 'icmp'} ${reader.next().text}`];
}
