import type { Netstack } from '@svclab/netstack';
import { decodeDns, encodeDns, framedForTcp, unframedFromTcp, type Address, type DnsMessage } from '@svclab/wire';

/** One question to one server. */
export interface DnsExchange {
  /** Where the asker is. */
  readonly netns: string;
  readonly server: Address;
  /** Default: 53. */
  readonly port?: number;
  readonly message: DnsMessage;
  readonly tcp?: boolean;
  readonly timeoutUs: number;
  /** Of a socket that is already open. */
  readonly sourcePort?: number;
  /** Whether its way is traced; default: as whoever follows requests wants it. */
  readonly trace?: boolean;
}

export interface DnsOutcome {
  readonly outcome: 'answered' | 'timeout' | 'refused' | 'unreachable';
  /** With `answered`. */
  readonly message?: DnsMessage;
  /** The same, as it travelled. */
  readonly bytes?: string;
  readonly sourcePort: number;
  readonly elapsedUs: number;
}

export const DNS_PORT = 53;

/** Sends a query through the network like any other packet, and waits for its answer. */
export function askDns(
  net: Netstack,
  { netns, server, port = DNS_PORT, message, tcp = false, timeoutUs, sourcePort, trace }: DnsExchange,
): DnsOutcome {
  const query = encodeDns(message);
  const result = net.send(
    {
      netns,
      protocol: tcp ? 'tcp' : 'udp',
      destination: server,
      port,
      request: tcp ? framedForTcp(query) : query,
      binary: true,
      connectTimeoutUs: timeoutUs,
      totalTimeoutUs: timeoutUs,
      ...(sourcePort !== undefined && { sourcePort }),
    },
    trace === undefined ? {} : { trace },
  );
  const told = { sourcePort: result.local.port, elapsedUs: result.elapsedUs };
  if (result.outcome !== 'ok') {
    return { outcome: result.outcome === 'timeout' || result.outcome === 'unreachable' ? result.outcome : 'refused', ...told };
  }
  const bytes = tcp ? unframedFromTcp(result.response ?? '') : result.response;
  const answer = decodeDns(bytes ?? '');
  return answer.ok && answer.value.id === message.id
    ? { outcome: 'answered', message: answer.value, bytes: bytes!, ...told }
    : { outcome: 'timeout', ...told };
}
