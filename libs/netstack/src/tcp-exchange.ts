import type { BurstSegment } from '@svclab/netfilter';
import { ACK, FIN, formatEndpoint, PSH, RST, sameAddress, SYN, TCP, type Packet } from '@svclab/wire';
import type { Journey } from './datapath.js';
import { type Ending, Exchange } from './exchange.js';
import { errnoOf } from './icmp.js';
import type { Lane, Lanes } from './lanes.js';
import { acknowledge, advance, burstSegment, byteLength, resetFor, segment, SEGMENT_BYTES, type Side } from './tcp-segment.js';
import type { Errno, Outcome } from './types.js';

/**
 * When a SYN is sent, µs after the first: four retransmissions a second apart, then doubling
 * (tcp_syn_linear_timeouts = 4, Linux ≥ 6.5). The first eight as measured, jiffies and all.
 */
const SYN_TIMES_US = [0, 1.03, 2.05, 3.07, 4.1, 5.12, 7.14, 11.2, 19.39, 35.78, 68.54, 134.1].map((seconds) => seconds * 1_000_000);

/** First retransmission of data (TCP_RTO_MIN), doubled up to the last (TCP_RTO_MAX), at most tcp_retries2 times. */
const RTO_MIN_US = 200_000;
const RTO_MAX_US = 120_000_000;
const DATA_RETRIES = 15;

const FAILURES: { readonly [errno in Errno]: Outcome } = {
  ECONNREFUSED: 'refused',
  EPERM: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOPROTOOPT: 'unreachable',
  ECONNRESET: 'reset',
  ETIMEDOUT: 'timeout',
};

const FORTH_ACK = burstSegment(true, ACK);
const BACK_ACK = burstSegment(false, ACK);
const FORTH_FIN = burstSegment(true, FIN | ACK);
const BACK_FIN = burstSegment(false, FIN | ACK);

export const failure = (errno: Errno): Ending => ({ outcome: FAILURES[errno], errno });

/**
 * One TCP connection: handshake, request, response, close. Every segment takes its whole
 * way through the namespaces, so conntrack and counters see what they would see in life.
 */
// Simplification: no congestion control, delayed acknowledgements or windows that fill; a message is one segment up to 65,483 bytes.
export class TcpExchange extends Exchange {
  #client!: Side;
  #peer: Side | undefined;
  #app: string | undefined;
  #lanes: Lanes | undefined;

  protected exchange(): Ending {
    const { flow } = this;
    const port = flow.sourcePort ?? this.#choosePort();
    if (port === undefined) return failure('EADDRNOTAVAIL');
    this.sourcePort = port;
    this.#client = {
      netns: flow.netns,
      local: { address: this.source, port },
      remote: { address: flow.destination, port: flow.port },
      next: this.context.draws.u32(),
      expected: 0,
      unread: 0,
    };
    const failed = this.#connect();
    if (failed) return failed;
    this.connectedUs = this.context.sim.nowUs - this.startUs;
    return this.context.firstPacketOnly ? { outcome: 'ok' } : this.#talk();
  }

  #choosePort(): number | undefined {
    const { sockets, topology, draws } = this.context;
    const { netns, destination, port } = this.flow;
    const range = topology.sysctl(netns, 'net.ipv4.ip_local_port_range')!;
    return sockets.ephemeralPort({ netns, protocol: 'tcp', source: this.source, destination, port }, range, draws);
  }

  // ---- Handshake ----

  #connect(): Ending | undefined {
    const { sim, firstPacketOnly, topology } = this.context;
    const { netns, connectTimeoutUs = Infinity, totalTimeoutUs = Infinity } = this.flow;
    const deadlineUs = this.startUs + Math.min(connectTimeoutUs, totalTimeoutUs);
    const retries =
      Number(topology.sysctl(netns, 'net.ipv4.tcp_syn_retries')) + Number(topology.sysctl(netns, 'net.ipv4.tcp_syn_linear_timeouts'));
    const giveUp = Math.min(retries + 1, SYN_TIMES_US.length - 1);
    const syn = segment(this.#client, SYN);
    for (let attempt = 0; attempt < giveUp; attempt++) {
      if (!this.pass(this.startUs + SYN_TIMES_US[attempt]! - sim.nowUs, deadlineUs)) return { outcome: 'timeout' };
      const heard = this.#trySyn({ ...syn }, deadlineUs);
      if (heard === 'connected') return undefined;
      if (heard) return heard;
      if (firstPacketOnly) return { outcome: 'timeout' };
    }
    return this.pass(this.startUs + SYN_TIMES_US[giveUp]! - sim.nowUs, deadlineUs) ? failure('ETIMEDOUT') : { outcome: 'timeout' };
  }

  /** `undefined`: no answer yet. */
  #trySyn(syn: Packet, deadlineUs: number): Ending | 'connected' | undefined {
    const journey = this.send(this.flow.netns, syn);
    this.noteForward(journey);
    if (!this.pass(journey.transitUs, deadlineUs)) return { outcome: 'timeout' };
    const { end } = journey;
    if (end.kind === 'lost') return end.errno ? failure(end.errno) : this.#hear(journey.answer, deadlineUs);
    const socket = this.context.sockets.find(end.netns, 'tcp', end.packet.dst, end.packet.dport);
    const where = formatEndpoint(end.packet.dst, end.packet.dport);
    if (!socket) {
      this.noteDelivery(null, `nobody listens on ${where}: the kernel answers RST`);
      this.noteDisposition('no listener', `nobody listens on ${where}`);
      return this.#answerFrom(end.netns, resetFor(end.packet), deadlineUs);
    }
    const name = socket.process?.name ?? socket.app ?? 'a socket';
    this.noteDelivery(where, `${name} listens on ${where}`);
    this.noteDisposition('accepted', `${where} accepts the connection (${name})`);
    this.#app = socket.app;
    this.#peer = this.#accept(end.netns, end.packet);
    this.#lanes = this.context.datapath.lanes.between(this.#client, this.#peer);
    return this.#answerFrom(end.netns, segment(this.#peer, SYN | ACK), deadlineUs, this.#lanes.back);
  }

  #accept(netns: string, syn: Packet): Side {
    const local = { address: syn.dst, port: syn.dport };
    const remote = { address: syn.src, port: syn.sport };
    this.server = { netns, local, remote, ...(this.flow.tls && { tls: true }) };
    const side: Side = { netns, local, remote, next: this.context.draws.u32(), expected: 0, unread: 0 };
    acknowledge(side, syn);
    return side;
  }

  #answerFrom(netns: string, answer: Packet, deadlineUs: number, lane?: Lane): Ending | 'connected' | undefined {
    const journey = this.send(netns, answer, lane);
    this.noteReturn(journey);
    const heard = this.#hear(journey, deadlineUs);
    if (heard === undefined && journey.end.kind === 'lost') {
      this.noteDisposition('timed out', `the answer did not come back: ${journey.end.reason}`);
    }
    return heard;
  }

  /** What an answer means to a socket in SYN_SENT. */
  #hear(journey: Journey | undefined, deadlineUs: number): Ending | 'connected' | undefined {
    if (!journey) return undefined;
    if (!this.pass(journey.transitUs, deadlineUs)) return { outcome: 'timeout' };
    const packet = this.arrivedHome(journey);
    if (packet && this.isAboutUs(packet)) {
      this.answer ??= packet;
      this.noteHeard('the client is told: the connection fails', true);
      return failure(errnoOf(packet.icmpType, packet.icmpCode));
    }
    if (packet && isFor(this.#client, packet)) {
      this.answer ??= packet;
      const refused = (packet.tcpFlags & RST) !== 0;
      this.noteHeard(refused ? 'the client is told: the connection is refused' : 'the client has its connection', refused);
      if (refused) return failure('ECONNREFUSED');
      acknowledge(this.#client, packet);
      return 'connected';
    }
    if (journey.end.kind === 'delivered' && journey.end.packet.protocol === TCP) this.#refuseStray(journey.end.netns, journey.end.packet);
    return undefined;
  }

  /** A segment that no socket of that kernel waits for is answered with RST. */
  #refuseStray(netns: string, stray: Packet): Journey | undefined {
    if (stray.tcpFlags & RST) return undefined;
    const from = formatEndpoint(stray.src, stray.sport);
    this.noteDisposition('timed out', `the answer came from ${from}, where the client has no connection: its kernel resets it`);
    return this.send(netns, resetFor(stray));
  }

  // ---- Request, response, close ----

  #talk(): Ending {
    const { request = '', totalTimeoutUs = Infinity } = this.flow;
    const deadlineUs = this.startUs + totalTimeoutUs;
    const client = this.#client;
    const server = this.#peer!;
    if (!this.#askAtOnce(request, deadlineUs)) {
      this.#once(client, server, segment(client, ACK), deadlineUs);
      const failed = this.#sendAll(client, server, request, deadlineUs);
      if (failed) return failed;
    }
    server.unread = 0;
    const answer = request === '' || this.#app === undefined ? undefined : this.context.application(this.#app)?.(request, this.server!);
    // Simplification: a program whose protocol is not simulated reads the request and closes the connection without an answer.
    if (!answer) return this.#close(client, server, deadlineUs);
    if (!this.pass(answer.serviceTimeUs, deadlineUs)) return { outcome: 'timeout' };
    const { response } = answer;
    if (this.#answerAtOnce(response, deadlineUs)) return this.#closed(response);
    const cut = this.#sendAll(server, client, response, deadlineUs);
    if (cut) return cut;
    client.unread = 0;
    return this.#close(client, server, deadlineUs, response);
  }

  /** The last ACK of the handshake, the request and its acknowledgement in one go; false where they must go one by one. */
  #askAtOnce(request: string, deadlineUs: number): boolean {
    const bytes = this.#bytesOfOneSegment(request);
    if (bytes === 0 || !this.#burst([FORTH_ACK, burstSegment(true, PSH | ACK, bytes), BACK_ACK], deadlineUs)) return false;
    this.#client.next = advance(this.#client.next, bytes);
    this.#peer!.expected = this.#client.next;
    return true;
  }

  /** The answer, its acknowledgement and the close in one go. */
  #answerAtOnce(response: string, deadlineUs: number): boolean {
    const bytes = this.#bytesOfOneSegment(response);
    return bytes > 0 && this.#burst([burstSegment(false, PSH | ACK, bytes), FORTH_ACK, FORTH_FIN, BACK_FIN, FORTH_ACK], deadlineUs);
  }

  #burst(segments: readonly BurstSegment[], deadlineUs: number): boolean {
    const { datapath, draws, sim } = this.context;
    const burst = { lanes: this.#lanes!, client: this.#client, server: this.#peer!, segments };
    return datapath.sendBurst(burst, sim, draws, deadlineUs);
  }

  /** Bytes of a message that one segment carries; 0 where it takes none or several. */
  #bytesOfOneSegment(message: string): number {
    const bytes = this.flow.binary ? message.length : byteLength(message);
    return message.length <= this.#segmentCharacters(message) ? bytes : 0;
  }

  #close(client: Side, server: Side, deadlineUs: number, response?: string): Ending {
    this.#once(client, server, segment(client, FIN | ACK), deadlineUs);
    this.#once(server, client, segment(server, FIN | ACK), deadlineUs);
    this.#once(client, server, segment(client, ACK), deadlineUs);
    return this.#closed(response);
  }

  #closed(response: string | undefined): Ending {
    const { netns, destination, port } = this.flow;
    this.context.sockets.enterTimeWait({ netns, protocol: 'tcp', source: this.source, sourcePort: this.sourcePort, destination, port });
    return { outcome: 'ok', ...(response !== undefined && { response }) };
  }

  /** How much of a message goes into one segment. */
  #segmentCharacters(message: string): number {
    return this.flow.binary || byteLength(message) === message.length ? SEGMENT_BYTES : Math.floor(SEGMENT_BYTES / 3);
  }

  #sendAll(from: Side, to: Side, message: string, deadlineUs: number): Ending | undefined {
    const { binary } = this.flow;
    const step = this.#segmentCharacters(message);
    for (let start = 0; start < message.length; start += step) {
      const part = message.slice(start, start + step);
      const data = segment(from, PSH | ACK, part, binary ? part.length : undefined);
      const failed = this.#reliably(from, to, data, deadlineUs);
      if (failed) return failed;
    }
    return undefined;
  }

  /** Sends until it is acknowledged, the connection is reset or patience ends. */
  #reliably(from: Side, to: Side, data: Packet, deadlineUs: number): Ending | undefined {
    let rtoUs = RTO_MIN_US;
    for (let attempt = 0; attempt <= DATA_RETRIES; attempt++) {
      const sent = this.#once(from, to, { ...data }, deadlineUs);
      if (sent === 'reset') return failure('ECONNRESET');
      if (sent === 'arrived' && this.#once(to, from, segment(to, ACK), deadlineUs) === 'arrived') return undefined;
      if (!this.pass(rtoUs, deadlineUs)) return { outcome: 'timeout' };
      rtoUs = Math.min(2 * rtoUs, RTO_MAX_US);
    }
    return failure('ETIMEDOUT');
  }

  #once(from: Side, to: Side, packet: Packet, deadlineUs: number): 'arrived' | 'lost' | 'reset' {
    const journey = this.sendUntold(from.netns, packet, from === this.#client ? this.#lanes?.forth : this.#lanes?.back);
    this.pass(journey.transitUs, deadlineUs);
    const { end } = journey;
    if (end.kind === 'delivered' && end.netns === to.netns && isFor(to, end.packet)) {
      acknowledge(to, end.packet);
      return 'arrived';
    }
    // A kernel without this connection, or a rule with tcp-reset, ends it.
    const reset = end.kind === 'delivered' ? this.sendUntold(end.netns, resetFor(end.packet)) : journey.answer;
    const heard = reset?.end.kind === 'delivered' && reset.end.netns === from.netns && isFor(from, reset.end.packet);
    return heard && reset.end.packet.tcpFlags & RST ? 'reset' : 'lost';
  }
}

/** Whether the segment belongs to this side's connection. */
function isFor(side: Side, { protocol, src, sport, dst, dport }: Packet): boolean {
  return (
    protocol === TCP &&
    dport === side.local.port &&
    sport === side.remote.port &&
    sameAddress(dst, side.local.address) &&
    sameAddress(src, side.remote.address)
  );
}
