import { err, ok, type Result } from '@svclab/sim';

/** Where a request goes, as its author wrote it. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  /** Path and query of a URL; `/` otherwise. */
  readonly path: string;
  /** As a client puts it into the Host header: without a URL scheme's own port. */
  readonly authority: string;
}

const SCHEME_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** Parses `10.200.1.206:9000`, `svc-clusterip:9000`, `[fd00::1]:80`, `http://host/path`. Ports are 1 … 65535. */
export function parseDestination(text: string, protocol: 'tcp' | 'udp' | 'icmp'): Result<Destination, string> {
  const url = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)/i.exec(text);
  const scheme = url?.[1]?.toLowerCase();
  if (scheme !== undefined && !(scheme in SCHEME_PORTS)) return err(`unsupported scheme "${scheme}": use http, https or host:port`);
  const hostPort = url ? url[2]! : text;
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:\s/]+))(?::(\d+))?$/i.exec(hostPort);
  if (!match) return err(`"${text}" is neither host:port nor a URL`);
  const port = match[3] === undefined ? (scheme ? SCHEME_PORTS[scheme]! : protocol === 'icmp' ? 0 : undefined) : Number(match[3]);
  if (port === undefined) return err(`"${text}" has no port: write host:port`);
  if (protocol !== 'icmp' && (port < 1 || port > 65535)) return err(`port ${port} is not between 1 and 65535`);
  return ok({ host: match[1] ?? match[2]!, port, path: url?.[3] || '/', authority: port === 80 ? hostPort.replace(/:80$/, '') : hostPort });
}
