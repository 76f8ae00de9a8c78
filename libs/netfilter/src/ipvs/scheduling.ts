import type { Sim } from '@svclab/sim';
import { isIpv4, UDP, type Packet } from '@svclab/wire';
import type { IpvsConnections, NewConnection } from './connections.js';
import { serviceName } from './names.js';
import { SCHEDULERS } from './schedulers/index.js';
import type { Choice, Load } from './schedulers/scheduler.js';
import type { IpvsSettings } from './settings.js';
import { count } from './statistics.js';
import type { Destination, DestinationState, IpvsConnection, VirtualService } from './types.js';
import type { VirtualServices } from './virtual-services.js';

const NO_LOAD: Load = { active: 0, inactive: 0, overloaded: false };

/** Chooses a real server for a new connection and makes the connection (`ip_vs_schedule`, `ip_vs_sched_persist`). */
export class Scheduling {
  constructor(
    private readonly sim: Sim,
    private readonly services: VirtualServices,
    private readonly connections: IpvsConnections,
    private readonly settings: IpvsSettings,
  ) {}

  /** `undefined`: no real server takes connections. */
  choose(
    netns: string,
    service: Readonly<VirtualService>,
    packet: Packet,
  ): { readonly connection: IpvsConnection; readonly why: string } | undefined {
    // What has ended counts no more at its real server.
    this.connections.expire(netns);
    if (service.persistentSeconds === undefined) {
      const choice = this.#ask(netns, service, packet);
      if (!choice) return undefined;
      return { connection: this.#open(netns, service, packet, choice.destination), why: this.#explain(service, choice) };
    }
    return this.#choosePersistent(netns, service, service.persistentSeconds, packet);
  }

  /** `ip_vs_unbind_dest`. */
  unbind(netns: string, connection: Readonly<IpvsConnection>): void {
    const { service, server } = connection;
    const state = this.services.editDestinationState(netns, service, server);
    if (!state) return;
    if (connection.template) state.persistent--;
    else if (connection.active) state.active--;
    else state.inactive--;
    const limits = this.services.byName(netns, service)?.destination(server);
    if (state.overloaded && limits) state.overloaded = isStillOverloaded(state, limits);
    this.services.connectionEnded(netns, service, server);
  }

  /** A client that a template knows goes where it went before, as long as that real server takes connections. */
  #choosePersistent(netns: string, service: Readonly<VirtualService>, seconds: number, packet: Packet) {
    const client = { address: (addressBits(packet.src) & service.netmask) >>> 0, port: 0 };
    const virtual =
      service.fwmark === undefined
        ? { address: addressBits(packet.dst), port: packet.dport === service.port ? service.port : 0 }
        : { address: service.fwmark, port: 0 };
    const protocol = service.fwmark === undefined ? packet.protocol : 0;
    let template = this.connections.template(netns, protocol, client, virtual);
    let server = template && this.services.byName(netns, template.service)?.destination(template.server);
    if (template && (!server || (server.weight === 0 && this.settings.value(netns, 'expire_quiescent_template')))) {
      // Simplification: a template that holds no more goes at once; the kernel keeps it, unused, until its connections have ended.
      this.connections.remove(netns, template);
      template = server = undefined;
    }
    let why = `the client stays with it for ${seconds} seconds after its last connection`;
    if (!template || !server) {
      const choice = this.#ask(netns, service, packet);
      if (!choice) return undefined;
      server = choice.destination;
      why = `${this.#explain(service, choice)}; the client will stay with it for ${seconds} seconds`;
      template = this.#bind(netns, service, {
        ...this.#terms(service, server),
        protocol,
        client,
        virtual,
        destination: { address: server.address, port: server.port },
        usesConntrack: false,
        template: true,
        timeoutUs: seconds * 1_000_000,
      });
    }
    const connection = this.#open(netns, service, packet, server, template.id);
    this.connections.refresh(netns, template);
    return { connection, why };
  }

  #ask(netns: string, service: Readonly<VirtualService>, packet: Packet): Choice | undefined {
    return SCHEDULERS[service.scheduler].schedule({
      packet,
      destinations: service.destinations,
      flags: service.schedulerFlags ?? [],
      memory: this.services.editState(netns, service).turn,
      nowUs: this.sim.nowUs,
      load: (destination) => this.#load(netns, service, destination),
    });
  }

  #explain({ scheduler }: Readonly<VirtualService>, { why }: Choice): string {
    return `scheduler ${scheduler}: ${why}`;
  }

  #load(netns: string, service: Readonly<VirtualService>, destination: Destination): Load {
    const state = this.services.destinationState(netns, serviceName(service), destination);
    return state ? { active: state.active, inactive: state.inactive, overloaded: state.overloaded ?? false } : NO_LOAD;
  }

  #open(netns: string, service: Readonly<VirtualService>, packet: Packet, server: Destination, control?: number): IpvsConnection {
    const made: NewConnection = {
      ...this.#terms(service, server),
      protocol: packet.protocol,
      client: { address: addressBits(packet.src), port: packet.sport },
      virtual: { address: addressBits(packet.dst), port: packet.dport },
      destination: { address: server.address, port: server.port || packet.dport },
      usesConntrack: this.settings.value(netns, 'conntrack') === 1,
      ...(control !== undefined && { control }),
      ...(service.onePacket && packet.protocol === UDP && { onePacket: true as const }),
      timeoutUs: packet.protocol === UDP ? this.settings.udpTimeoutUs(netns) : this.settings.tcpTimeoutUs(netns, 'NONE'),
    };
    const connection = this.#bind(netns, service, made);
    const { nowUs } = this.sim;
    count(this.services.editState(netns, service), nowUs, { 0: 1 });
    count(this.services.editDestinationState(netns, serviceName(service), server)!, nowUs, { 0: 1 });
    return connection;
  }

  #terms(service: Readonly<VirtualService>, { method, address, port }: Destination) {
    return { service: serviceName(service), server: { address, port }, method };
  }

  /** `ip_vs_bind_dest`: a new connection counts as inactive until its protocol says otherwise. */
  #bind(netns: string, service: Readonly<VirtualService>, made: NewConnection): IpvsConnection {
    const connection = this.connections.add(netns, made);
    const state = this.services.editDestinationState(netns, serviceName(service), made.server);
    if (!state) return connection;
    if (made.template) state.persistent++;
    else state.inactive++;
    const limits = this.services.byName(netns, serviceName(service))?.destination(made.server);
    if (limits && limits.upper > 0 && state.active + state.inactive >= limits.upper) state.overloaded = true;
    return connection;
  }
}

function isStillOverloaded({ active, inactive }: DestinationState, { upper, lower }: Destination): boolean {
  const total = active + inactive;
  if (lower > 0) return total >= lower;
  return upper > 0 && total * 4 >= upper * 3;
}

const addressBits = (address: Packet['src']): number => (isIpv4(address) ? address : -1);
