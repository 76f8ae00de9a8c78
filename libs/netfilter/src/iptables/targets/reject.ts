import { TCP } from '@svclab/wire';
import type { RejectWith } from '../../types.js';
import type { TargetExtension } from '../extension.js';
import { parameterProblem, RuleRefused } from '../tool-error.js';

/** Name → short form, which the tool accepts besides. */
const ANSWERS: { readonly [answer in RejectWith]: string } = {
  'icmp-net-unreachable': 'net-unreach',
  'icmp-host-unreachable': 'host-unreach',
  'icmp-proto-unreachable': 'proto-unreach',
  'icmp-port-unreachable': 'port-unreach',
  'icmp-net-prohibited': 'net-prohib',
  'icmp-host-prohibited': 'host-prohib',
  'tcp-reset': 'tcp-rst',
  'icmp-admin-prohibited': 'admin-prohib',
};

/** `-j REJECT`: drops the packet and tells its sender (Linux: net/ipv4/netfilter/ipt_REJECT.c). */
export const reject: TargetExtension = {
  name: 'REJECT',
  options: [{ name: 'reject-with', values: 1 }],
  tables: ['filter'],
  hooks: ['INPUT', 'FORWARD', 'OUTPUT'],
  parse(options, protocol) {
    const rejectWith = parseAnswer(options.value('reject-with') ?? 'icmp-port-unreachable');
    if (rejectWith === 'tcp-reset' && (protocol.number !== TCP || protocol.inverted)) throw new RuleRefused('Invalid argument');
    return {
      name: 'REJECT',
      text: `--reject-with ${rejectWith}`,
      list: () => `reject-with ${rejectWith}`,
      apply: () => 'REJECT',
      rejectWith,
    };
  },
};

function parseAnswer(text: string): RejectWith {
  for (const answer of Object.keys(ANSWERS) as RejectWith[]) {
    if (answer.startsWith(text) || ANSWERS[answer].startsWith(text)) return answer;
  }
  throw parameterProblem(`unknown reject type "${text}"`);
}
