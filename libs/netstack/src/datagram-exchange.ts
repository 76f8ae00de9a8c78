import { formatEndpoint, ICMP, packet, sameAddress, UDP, type Packet } from '@svclab/wire';
import { type Ending, Exchange } from './exchange.js';
import { ECHO_REPLY, ECHO_REQUEST, errnoOf, isFatal, PORT_UNREACHABLE, UNREACHABLE } from './icmp.js';
import { byteLength } from './tcp-segment.js';
import { failure } from './tcp-exchange.js';

/** How long a client waits for one datagram (resolvers: 5 s) or echo reply when it does not say. */
const PATIENCE_US = 5_000_000;
const HEADERS = 28;
/** Time a kernel takes to turn an echo request round. */
const ECHO_US = 3;

/** One question and one answer: what UDP and ICMP echo have in common. */
abstract class DatagramExchange extends Exchange {
  protected get deadlineUs(): number {
    const { connectTimeoutUs = PATIENCE_US, totalTimeoutUs = Infinity } = this.flow;
    return this.startUs + Math.min(connectTimeoutUs, totalTimeoutUs);
  }

  /** Sends the question; an answer that a kernel on the way gave ends the exchange. */
  protected ask(question: Packet): { readonly netns: string; readonly packet: Packet } | Ending {
    const journey = this.send(this.flow.netns, question);
    this.noteForward(journey);
    const { end } = journey;
    if (end.kind === 'lost' && end.errno) return failure(end.errno);
    if (!this.pass(journey.transitUs, this.deadlineUs)) return { outcome: 'timeout' };
    return end.kind === 'delivered' ? end : this.hear(journey.answer);
  }

  /** Brings an answer home. */
  protected reply(netns: string, answer: Packet): Ending {
    const journey = this.send(netns, answer);
    this.noteReturn(journey);
    return this.hear(journey);
  }

  protected hear(journey: ReturnType<Exchange['send']> | undefined): Ending {
    if (!journey || !this.pass(journey.transitUs, this.deadlineUs)) return this.giveUp();
    const arrived = this.arrivedHome(journey);
    if (arrived && this.isAboutUs(arrived) && this.listensTo(arrived)) {
      this.answer = arrived;
      this.noteHeard('the client is told of the error', true);
      return failure(errnoOf(arrived.icmpType, arrived.icmpCode));
    }
    if (arrived && this.isOurs(arrived)) {
      this.answer = arrived;
      this.noteHeard('the client has its answer');
      return { outcome: 'ok', ...(arrived.payload !== '' && { response: arrived.payload }) };
    }
    const { end } = journey;
    const why = end.kind === 'lost' ? end.reason : 'it reached a kernel or socket that did not ask';
    this.noteDisposition('timed out', `the answer did not come back: ${why}`);
    return this.giveUp();
  }

  protected abstract isOurs(arrived: Packet): boolean;

  /** Whether this kind of socket takes notice of an ICMP error about it. */
  protected listensTo(_error: Packet): boolean {
    return true;
  }

  protected giveUp(): Ending {
    this.pass(Infinity, this.deadlineUs);
    return { outcome: 'timeout' };
  }
}

/** One UDP datagram and the application's answer. */
export class UdpExchange extends DatagramExchange {
  protected exchange(): Ending {
    const { netns, destination, port, request = '' } = this.flow;
    const { sockets, topology, draws, datapath, trace } = this.context;
    const range = topology.sysctl(netns, 'net.ipv4.ip_local_port_range')!;
    const own =
      this.flow.sourcePort ?? sockets.ephemeralPort({ netns, protocol: 'udp', source: this.source, destination, port }, range, draws);
    if (own === undefined) return failure('EADDRNOTAVAIL');
    this.sourcePort = own;
    const reached = this.ask(this.#datagram({ src: this.source, dst: destination, sport: own, dport: port }, request));
    if ('outcome' in reached) return reached.outcome === 'timeout' ? this.giveUp() : reached;
    const { packet: question } = reached;
    const where = formatEndpoint(question.dst, question.dport);
    const socket = sockets.find(reached.netns, 'udp', question.dst, question.dport);
    if (!socket) {
      this.noteDelivery(null, `nobody listens on ${where}`);
      const report = datapath.sendError(reached.netns, question, UNREACHABLE, PORT_UNREACHABLE, { jitter: draws, trace });
      this.noteDisposition('no listener', `nobody listens on ${where}; ${report.note}`);
      if (report.sent) this.noteReturn(report.sent.journey);
      return this.hear(report.sent?.journey);
    }
    this.noteDelivery(where, `${socket.process?.name ?? socket.app ?? 'a socket'} receives on ${where}`);
    this.noteDisposition('accepted', `${where} receives the datagram`);
    this.server = {
      netns: reached.netns,
      local: { address: question.dst, port: question.dport },
      remote: { address: question.src, port: question.sport },
    };
    const answer = socket.app === undefined ? undefined : this.context.application(socket.app)?.(request, this.server);
    if (!answer) return this.giveUp();
    if (!this.pass(answer.serviceTimeUs, this.deadlineUs)) return { outcome: 'timeout' };
    const back = { src: question.dst, dst: question.src, sport: question.dport, dport: question.sport };
    return this.reply(reached.netns, this.#datagram(back, answer.response));
  }

  #datagram(endpoints: Pick<Packet, 'src' | 'dst' | 'sport' | 'dport'>, payload: string): Packet {
    const bytes = this.flow.binary ? payload.length : byteLength(payload);
    return packet({ ...endpoints, protocol: UDP, length: HEADERS + bytes, payload });
  }

  protected isOurs(arrived: Packet): boolean {
    const { destination, port } = this.flow;
    return arrived.protocol === UDP && sameAddress(arrived.src, destination) && arrived.sport === port && arrived.dport === this.sourcePort;
  }

  /** Without IP_RECVERR a UDP socket learns of those errors alone that time does not mend (`__udp4_lib_err`). */
  protected override listensTo({ icmpType, icmpCode }: Packet): boolean {
    return isFatal(icmpType, icmpCode);
  }
}

/** One echo request and its reply: a single `ping`. */
export class EchoExchange extends DatagramExchange {
  #id = 0;

  protected exchange(): Ending {
    const { destination, echo = {} } = this.flow;
    const { id = this.context.draws.u32() & 0xffff, sequence = 1, ttl = 64, size = 56 } = echo;
    this.#id = id;
    const reached = this.ask(
      packet({
        src: this.source,
        dst: destination,
        protocol: ICMP,
        ttl,
        length: HEADERS + size,
        icmpType: ECHO_REQUEST,
        icmpId: id,
        icmpSeq: sequence,
      }),
    );
    if ('outcome' in reached) return reached;
    const { packet: request, netns } = reached;
    this.noteDelivery('icmp', 'the kernel itself answers an echo request');
    this.noteDisposition('accepted', 'the kernel answers the echo request');
    this.pass(ECHO_US, this.deadlineUs);
    return this.reply(netns, { ...request, src: request.dst, dst: request.src, ttl: 64, icmpType: ECHO_REPLY });
  }

  protected isOurs(arrived: Packet): boolean {
    return arrived.protocol === ICMP && arrived.icmpType === ECHO_REPLY && arrived.icmpId === this.#id;
  }

  protected override isOurQuote(inner: Packet): boolean {
    return inner.icmpId === this.#id;
  }
}
