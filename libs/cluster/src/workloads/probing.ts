import type { ContainerSpec, Probe } from '@svclab/kube-controllers';
import type { Connection, SocketRecord } from '@svclab/netstack';
import { err, ok, type Result } from '@svclab/sim';
import { formatAddress, parseAddress, type Address } from '@svclab/wire';
import { runCommand } from './script.js';

/** What a probe finds out about a container with. */
export interface ProbedPlace {
  /** The pod's own address. */
  readonly address: Address;
  /** Sockets in its network namespace. */
  readonly sockets: readonly SocketRecord[];
  /** What the program behind a socket answers; `undefined` when nothing does. */
  answer(app: string, request: string, connection: Pick<Connection, 'local'>): string | undefined;
  /** Whether a file is there. */
  exists(path: string): boolean;
  readonly hostname: string;
}

/** Asks as the kubelet asks (pkg/probe). The error is what follows after `Readiness probe failed: `. */
// Simplification: a probe asks the program itself; the packets of a real one would show in counters, in conntrack and in tcpdump.
export function probeContainer(container: ContainerSpec, probe: Probe, place: ProbedPlace): Result<void, string> {
  if (probe.httpGet) return httpProbe(container, probe.httpGet, place);
  if (probe.tcpSocket) {
    const { port, host } = probe.tcpSocket;
    return tcpProbe(portNumber(container, port), targetOf(host, place), place);
  }
  if (probe.exec) return execProbe(probe.exec.command ?? [], place);
  return ok(undefined);
}

/** A port by number, or by the name that the container gives it. */
const portNumber = ({ ports = [] }: ContainerSpec, port: number | string): number =>
  typeof port === 'number' ? port : (ports.find(({ name }) => name === port)?.containerPort ?? (Number(port) || 0));

/** The pod itself, unless the probe names another place; a name that is no address is taken for the pod's. */
const targetOf = (host: string | undefined, { address }: ProbedPlace): Address => parseAddress(host ?? '') ?? address;

const listenerOn = (port: number, target: Address, { sockets }: ProbedPlace): SocketRecord | undefined =>
  sockets.find((socket) => socket.protocol === 'tcp' && socket.port === port && (socket.address === null || socket.address === target));

function tcpProbe(port: number, target: Address, place: ProbedPlace): Result<void, string> {
  return listenerOn(port, target, place) ? ok(undefined) : err(`dial tcp ${formatAddress(target)}:${port}: connect: connection refused`);
}

function httpProbe(container: ContainerSpec, get: NonNullable<Probe['httpGet']>, place: ProbedPlace): Result<void, string> {
  const port = portNumber(container, get.port);
  const target = targetOf(get.host, place);
  const host = `${formatAddress(target)}:${port}`;
  const path = get.path ?? '/';
  const url = `${(get.scheme ?? 'HTTP').toLowerCase()}://${host}${path}`;
  const socket = listenerOn(port, target, place);
  if (!socket) return err(`Get "${url}": dial tcp ${host}: connect: connection refused`);
  // Simplification: what is said inside TLS is not simulated; a server that listens there is well.
  if (get.scheme === 'HTTPS') return ok(undefined);
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: kube-probe/1.31\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
  const answer = socket.app === undefined ? undefined : place.answer(socket.app, request, { local: { address: target, port } });
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer ?? '')?.[1]);
  if (!status) return err(`Get "${url}": EOF`);
  return status >= 200 && status < 400 ? ok(undefined) : err(`HTTP probe failed with statuscode: ${status}`);
}

function execProbe(command: readonly string[], place: ProbedPlace): Result<void, string> {
  const view = { hostname: place.hostname, env: {}, exists: (path: string) => place.exists(path) };
  for (const event of runCommand(command, view)) {
    if (event.kind === 'wait' && event.us >= 1_000_000) return err('command timed out');
    if (event.kind === 'exit') return event.code === 0 ? ok(undefined) : err(execFailure(command, place));
  }
  return ok(undefined);
}

/** What a program writes that misses a file; others fail silently. */
function execFailure([program = '', ...args]: readonly string[], { exists }: ProbedPlace): string {
  const missing = args.find((arg) => arg.startsWith('/') && !exists(arg));
  return program === 'cat' && missing ? `cat: can't open '${missing}': No such file or directory\n` : '';
}
