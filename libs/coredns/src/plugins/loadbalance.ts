import { ok, type Prng } from '@svclab/sim';
import type { DnsRecord } from '@svclab/wire';
import { failure } from '../corefile.js';
import type { PluginSetup } from '../plugin.js';

/** Shuffles the addresses of each answer, so that clients which take the first spread. Source: CoreDNS `plugin/loadbalance`. */
export const loadbalance: PluginSetup = ({ args, line }, { sim }) => {
  const [policy = 'round_robin'] = args;
  if (policy !== 'round_robin') return failure(line, `unknown policy: ${policy}`);
  return ok((request, next) => {
    const response = next(request);
    const prng = sim.random('coredns');
    return { ...response, answers: roundRobin(response.answers, prng), additionals: roundRobin(response.additionals, prng) };
  });
};

/** Aliases first, then the addresses as chance has it, then the rest. */
function roundRobin(records: readonly DnsRecord[], prng: Prng): readonly DnsRecord[] {
  const aliases = records.filter(({ type }) => type === 'CNAME');
  const others = records.filter((record) => record.type !== 'CNAME' && !isAddress(record));
  return [...aliases, ...shuffled(records.filter(isAddress), prng), ...others];
}

const isAddress = ({ type }: DnsRecord): boolean => type === 'A' || type === 'AAAA';

/** Fisher and Yates; nothing is drawn for less than two. */
function shuffled<T>(items: readonly T[], prng: Prng): T[] {
  const result = [...items];
  for (let i = 0; i < result.length - 1; i++) {
    const other = i + prng.below(result.length - i);
    [result[i], result[other]] = [result[other]!, result[i]!];
  }
  return result;
}
