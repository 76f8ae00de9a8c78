import type { Sim } from '@svclab/sim';
import { formatAddress, ICMP, sameAddress, TCP, UDP, type Address, type Packet } from '@svclab/wire';
import type { Jitter } from './cable.js';
import type { Datapath, Journey, Kernels } from './datapath.js';
import type { Lane } from './lanes.js';
import type { Sockets } from './sockets.js';
import type { Application, Connection, Disposition, Errno, Flow, FlowResult, Hop, Outcome, Step, Trace } from './types.js';

/** Chance of the network itself: ports, sequence numbers, fractions of a millisecond. */
export interface Draws extends Jitter {
  u32(): number;
}

export interface ExchangeContext extends Pick<Kernels, 'topology' | 'routing'> {
  readonly sim: Sim;
  readonly datapath: Datapath;
  readonly sockets: Sockets;
  readonly draws: Draws;
  readonly trace: boolean;
  /** The first packet and its answer alone, without time passing: what an exploration looks at. */
  readonly firstPacketOnly: boolean;
  application(name: string): Application | undefined;
}

/** How an exchange ended, before it is written up. */
export interface Ending {
  readonly outcome: Outcome;
  readonly errno?: Errno;
  readonly response?: string;
}

const PROTOCOLS = { tcp: TCP, udp: UDP, icmp: ICMP } as const;

/** What TCP, UDP and echo exchanges share: the client's socket, its clock and the notes for a trace. */
export abstract class Exchange {
  protected readonly startUs: number;
  protected readonly source: Address;
  protected sourcePort = 0;
  protected server: Connection | undefined;
  protected answer: Packet | undefined;
  protected connectedUs: number | undefined;
  #forward: readonly Hop[] | undefined;
  #return: readonly Hop[] | undefined;
  #disposition: Disposition = 'timed out';
  #reason = 'no answer came';

  constructor(
    protected readonly context: ExchangeContext,
    protected readonly flow: Flow,
  ) {
    this.startUs = context.sim.nowUs;
    this.source = flow.source ?? chooseSource(context, flow);
  }

  run(): FlowResult {
    const { outcome, errno, response } = this.exchange();
    const { context, flow, connectedUs, server, answer } = this;
    const local = { address: this.source, port: this.sourcePort };
    // Member by member: a spread for each costs as much as a packet's way.
    const result: { -readonly [member in keyof FlowResult]: FlowResult[member] } = {
      outcome,
      local,
      elapsedUs: context.sim.nowUs - this.startUs,
    };
    if (errno !== undefined) result.errno = errno;
    if (response !== undefined) result.response = response;
    if (connectedUs !== undefined) result.connectedUs = connectedUs;
    if (server) result.server = server;
    if (answer) result.answer = answer;
    if (context.trace) result.trace = this.#writeTrace(flow);
    return result;
  }

  protected abstract exchange(): Ending;

  /** Sends a packet that a trace may tell of. */
  protected send(netns: string, packet: Packet, lane?: Lane): Journey {
    const { datapath, draws, trace } = this.context;
    return datapath.send(netns, packet, { jitter: draws, trace, lane });
  }

  /** Sends a packet that comes after what a trace tells of. */
  protected sendUntold(netns: string, packet: Packet, lane?: Lane): Journey {
    const { datapath, draws } = this.context;
    return datapath.send(netns, packet, { jitter: draws, trace: false, lane });
  }

  /** Lets `us` pass, but not beyond `deadlineUs`; false when the deadline came first. */
  protected pass(us: number, deadlineUs: number): boolean {
    const { sim, firstPacketOnly } = this.context;
    if (firstPacketOnly) return true;
    const targetUs = sim.nowUs + us;
    sim.advanceTo(Math.min(targetUs, deadlineUs));
    return targetUs <= deadlineUs;
  }

  /** Keeps the first packet's way, and what became of it. */
  protected noteForward(journey: Journey): void {
    if (this.#forward) return;
    this.#forward = atStart(journey.hops, `${this.flow.protocol} from ${formatAddress(this.source)}${this.#portText()}`);
    const { end } = journey;
    if (end.kind === 'lost') this.noteDisposition(end.disposition, end.reason);
    if (journey.answer) this.noteReturn(journey.answer);
  }

  protected noteReturn(journey: Journey): void {
    this.#return ??= journey.hops;
  }

  /** The answer means something to this client: what it waited for, or that it is refused. */
  protected noteHeard(what: string, refused = false): void {
    this.#return = this.#return && atEnd(this.#return, { kind: 'deliver', socket: null, note: what, ...(refused && { refused }) });
  }

  protected noteDisposition(disposition: Disposition, reason: string): void {
    this.#disposition = disposition;
    this.#reason = reason;
  }

  /** Adds what the socket layer did to the last hop of the forward way. */
  protected noteDelivery(socket: string | null, note: string): void {
    this.#forward = this.#forward && atEnd(this.#forward, { kind: 'deliver', socket, note, ...(socket === null && { refused: true }) });
  }

  /** The error an arriving ICMP message means to this client, if it is about this exchange. */
  protected isAboutUs(error: Packet): boolean {
    const { inner } = error;
    return (
      error.protocol === ICMP &&
      inner !== undefined &&
      inner.protocol === PROTOCOLS[this.flow.protocol] &&
      sameAddress(inner.src, this.source) &&
      sameAddress(inner.dst, this.flow.destination) &&
      this.isOurQuote(inner)
    );
  }

  /** Whether the quoted packet carries this socket's ports or echo identifier. */
  protected isOurQuote(inner: Packet): boolean {
    return inner.sport === this.sourcePort && inner.dport === this.flow.port;
  }

  /** The packet an answer brought to the client's own kernel, if it came that far. */
  protected arrivedHome(answer: Journey | undefined): Packet | undefined {
    return answer?.end.kind === 'delivered' && answer.end.netns === this.flow.netns ? answer.end.packet : undefined;
  }

  #portText(): string {
    return this.sourcePort ? ` port ${this.sourcePort}` : '';
  }

  #writeTrace(flow: Flow): Trace {
    return {
      flow: { ...flow, source: this.source, sourcePort: this.sourcePort },
      forward: this.#forward ?? [],
      return: this.#return ?? [],
      disposition: this.#disposition,
      reason: this.#reason,
      probability: 1,
    };
  }
}

const atStart = ([first, ...rest]: readonly Hop[], note: string): readonly Hop[] =>
  first ? [{ ...first, steps: [{ kind: 'socket', note }, ...first.steps] }, ...rest] : [];

function atEnd(hops: readonly Hop[], step: Step): readonly Hop[] {
  const last = hops.at(-1);
  return last ? [...hops.slice(0, -1), { ...last, steps: [...last.steps, step] }] : hops;
}

/** The address Linux sends from: that of the route, or any of the host's own when all else leaves by its uplink. */
function chooseSource({ routing, topology }: ExchangeContext, { netns, destination }: Flow): Address {
  const route = routing.lookup(netns, destination);
  if (route?.source !== undefined) return route.source;
  const outward = topology.links(netns).find((link) => link.kind !== 'loopback' && link.up);
  return (outward && routing.selectSource(netns, outward, destination)) ?? 0;
}
