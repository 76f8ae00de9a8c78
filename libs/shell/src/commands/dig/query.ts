import { askDns, type DnsOutcome } from '@svclab/cluster';
import {
  dnsQuery,
  formatAddress,
  parseAddress,
  parseResolvConf,
  type Address,
  type DnsMessage,
  type DnsQuestion,
  type ResolvConf,
} from '@svclab/wire';
import type { CommandContext } from '../../types.js';

/** A server that a tool asks, and how it was named on the command line. */
export interface Server {
  readonly address: Address;
  readonly given: string;
  readonly port: number;
}

/** How the tools of BIND ask. Times in µs. */
export interface QueryOptions {
  readonly tcp: boolean;
  readonly timeoutUs: number;
  readonly tries: number;
  readonly message: Partial<DnsMessage>;
}

/** An answer, from whom it came, and what went wrong before it, in the tool's words. */
export interface Asked {
  readonly server: Server;
  readonly answer: DnsOutcome | undefined;
  readonly tcp: boolean;
  readonly troubles: readonly string[];
}

export const DEFAULT_QUERY: QueryOptions = { tcp: false, timeoutUs: 5_000_000, tries: 3, message: {} };

export const resolvConfOf = ({ files }: CommandContext): ResolvConf => parseResolvConf(files.read('/etc/resolv.conf') ?? '');

/** The server named on the command line, by address or name, else those of `/etc/resolv.conf`; empty: the name is unknown. */
export function serversOf(context: CommandContext, given: string | undefined, port = 53): readonly Server[] {
  if (given === undefined) return resolvConfOf(context).nameservers.map((address) => ({ address, given: formatAddress(address), port }));
  const address = parseAddress(given) ?? context.world.resolve(context.at, given);
  return address === undefined ? [] : [{ address, given, port }];
}

/** Asks one server after another until one answers; an answer cut short is asked for again over TCP. */
export function ask(context: CommandContext, servers: readonly Server[], question: DnsQuestion, options: QueryOptions): Asked {
  const { world, at } = context;
  const troubles: string[] = [];
  const message = dnsQuery(world.sim.random('resolver').below(0x10000), question, options.message);
  for (let attempt = 0; attempt < options.tries; attempt++) {
    for (const server of servers) {
      const exchange = { netns: world.netnsOf(at), server: server.address, port: server.port, message, timeoutUs: options.timeoutUs };
      context.count('packet');
      const answer = askDns(world.net, { ...exchange, tcp: options.tcp });
      if (answer.message?.truncated && !options.tcp) {
        troubles.push(';; Truncated, retrying in TCP mode.');
        return { server, answer: askDns(world.net, { ...exchange, tcp: true }), tcp: true, troubles };
      }
      if (answer.message) return { server, answer, tcp: options.tcp, troubles };
      troubles.push(`;; communications error to ${endpoint(server)}: ${REASONS[answer.outcome]}`);
    }
  }
  return { server: servers[0]!, answer: undefined, tcp: options.tcp, troubles };
}

/** `10.200.1.10#53`. */
export const endpoint = ({ address, port }: Server): string => `${formatAddress(address)}#${port}`;

const REASONS: { readonly [outcome in DnsOutcome['outcome']]: string } = {
  answered: 'unexpected answer',
  timeout: 'timed out',
  refused: 'connection refused',
  unreachable: 'host unreachable',
};
