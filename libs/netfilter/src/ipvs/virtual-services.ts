import type { Sim, Table } from '@svclab/sim';
import { IpvsError } from './error.js';
import { endpointName, serviceName } from './names.js';
import { SCHEDULERS } from './schedulers/index.js';
import { newStatistics, zero } from './statistics.js';
import type { Destination, DestinationState, Endpoint, ServiceIdentity, ServiceState, VirtualService } from './types.js';

const ANY_PORT = 0;

/** A virtual service as loaded, its real servers by name. */
class LoadedService {
  /** Made when first asked: a service that is being filled changes with every real server. */
  #byName: ReadonlyMap<string, Destination> | undefined;

  constructor(
    readonly name: string,
    readonly record: VirtualService,
  ) {}

  destination(at: Endpoint): Destination | undefined {
    this.#byName ??= new Map(this.record.destinations.map((destination) => [endpointName(destination), destination]));
    return this.#byName.get(endpointName(at));
  }
}

/** The virtual services of all namespaces and their real servers (Linux: net/netfilter/ipvs/ip_vs_ctl.c). */
export class VirtualServices {
  readonly #services: Table<VirtualService>;
  readonly #states: Table<ServiceState>;
  readonly #destinationStates: Table<DestinationState>;
  readonly #loaded = new Map<string, Map<string, LoadedService>>();

  /** `onUse` is told when a namespace gets its first virtual service or loses its last. */
  constructor(
    private readonly sim: Sim,
    onUse: (netns: string, inUse: boolean) => void,
  ) {
    this.#services = sim.store.table('nf.ipvs-services');
    this.#states = sim.store.table('nf.ipvs-service-states');
    this.#destinationStates = sim.store.table('nf.ipvs-destination-states');
    this.#services.subscribe((key, _before, after) => {
      const [netns, name] = key.split('|') as [string, string];
      let loaded = this.#loaded.get(netns);
      if (!loaded) this.#loaded.set(netns, (loaded = new Map()));
      if (after) loaded.set(name, new LoadedService(name, after));
      else loaded.delete(name);
      if (loaded.size <= 1) onUse(netns, loaded.size > 0);
    });
  }

  /** In order of their names. */
  list(netns: string): Readonly<VirtualService>[] {
    return this.#services.keysWithPrefix(`${netns}|`).map((key) => this.#services.get(key)!);
  }

  get(netns: string, identity: ServiceIdentity): Readonly<VirtualService> | undefined {
    return this.#loaded.get(netns)?.get(serviceName(identity))?.record;
  }

  byName(netns: string, name: string): LoadedService | undefined {
    return this.#loaded.get(netns)?.get(name);
  }

  /** `ip_vs_service_find`: by the firewall's mark, by address and port, by the address alone. */
  find(netns: string, protocol: number, { address, port }: Endpoint, fwmark: number): LoadedService | undefined {
    const services = this.#loaded.get(netns);
    if (!services) return undefined;
    const named = (identity: ServiceIdentity): LoadedService | undefined => services.get(serviceName(identity));
    return (
      (fwmark === 0 ? undefined : named({ protocol, address, port, fwmark })) ??
      named({ protocol, address, port }) ??
      named({ protocol, address, port: ANY_PORT })
    );
  }

  /** Throws {@link IpvsError}. */
  add(netns: string, service: Omit<VirtualService, 'destinations'>): void {
    if (this.get(netns, service)) throw new IpvsError('Service already exists');
    const key = keyOf(netns, service);
    this.#services.put(key, { ...service, destinations: [] });
    this.#states.put(key, { ...newStatistics(this.sim.nowUs), turn: {} });
  }

  /** Another scheduler starts afresh. Throws {@link IpvsError}. */
  edit(netns: string, service: Omit<VirtualService, 'destinations'>): void {
    const known = this.#known(netns, service);
    const key = keyOf(netns, service);
    this.#services.put(key, { ...service, destinations: known.destinations });
    if (known.scheduler !== service.scheduler) this.#states.edit(key).turn = {};
  }

  /** Connections live on, and find no real server with their next packet. Throws {@link IpvsError}. */
  remove(netns: string, identity: ServiceIdentity): void {
    const { destinations } = this.#known(netns, identity);
    const key = keyOf(netns, identity);
    this.#services.delete(key);
    this.#states.delete(key);
    for (const destination of destinations) this.#forgetIfUnused(`${key}|${endpointName(destination)}`);
  }

  flush(netns: string): void {
    for (const service of this.list(netns)) this.remove(netns, service);
  }

  /** The newest stands first. Throws {@link IpvsError}. */
  addDestination(netns: string, identity: ServiceIdentity, destination: Destination): void {
    const service = this.#known(netns, identity, 'Service not defined');
    if (positionOf(service, destination) >= 0) throw new IpvsError('Destination already exists');
    this.#setDestinations(netns, service, [destination, ...service.destinations]);
    const key = destinationKey(netns, service, destination);
    // One that was removed while connections were left finds them again (ip_vs_trash_get_dest).
    if (!this.#destinationStates.has(key)) this.#destinationStates.put(key, newDestinationState(this.sim.nowUs));
  }

  /** Throws {@link IpvsError}. */
  editDestination(netns: string, identity: ServiceIdentity, destination: Destination): void {
    const service = this.#known(netns, identity, 'Service not defined');
    const position = positionOf(service, destination);
    if (position < 0) throw new IpvsError('No such destination');
    this.#setDestinations(netns, service, service.destinations.with(position, destination));
  }

  /** Throws {@link IpvsError}. */
  removeDestination(netns: string, identity: ServiceIdentity, at: Endpoint): void {
    const service = this.#known(netns, identity, 'Service not defined');
    const position = positionOf(service, at);
    if (position < 0) throw new IpvsError('No such destination');
    this.#setDestinations(netns, service, service.destinations.toSpliced(position, 1));
    this.#forgetIfUnused(destinationKey(netns, service, at));
  }

  state(netns: string, identity: ServiceIdentity): Readonly<ServiceState> {
    return this.#states.get(keyOf(netns, identity))!;
  }

  /** To be changed in place. */
  editState(netns: string, identity: ServiceIdentity): ServiceState {
    return this.#states.edit(keyOf(netns, identity));
  }

  destinationState(netns: string, service: string, at: Endpoint): Readonly<DestinationState> | undefined {
    return this.#destinationStates.get(`${netns}|${service}|${endpointName(at)}`);
  }

  /** To be changed in place; `undefined` when nothing is known of it any more. */
  editDestinationState(netns: string, service: string, at: Endpoint): DestinationState | undefined {
    const key = `${netns}|${service}|${endpointName(at)}`;
    return this.#destinationStates.has(key) ? this.#destinationStates.edit(key) : undefined;
  }

  /** A removed real server is remembered only as long as connections are left (`dest_trash`). */
  connectionEnded(netns: string, service: string, at: Endpoint): void {
    if (this.byName(netns, service)?.destination(at)) return;
    this.#forgetIfUnused(`${netns}|${service}|${endpointName(at)}`);
  }

  /** Of one service or all. Throws {@link IpvsError}. */
  zero(netns: string, identity?: ServiceIdentity): void {
    for (const service of identity ? [this.#known(netns, identity)] : this.list(netns)) {
      zero(this.editState(netns, service));
      for (const destination of service.destinations) zero(this.#destinationStates.edit(destinationKey(netns, service, destination)));
    }
  }

  /** Forgets a namespace that goes away. */
  forget(netns: string): void {
    for (const table of [this.#services, this.#states, this.#destinationStates]) {
      for (const key of table.keysWithPrefix(`${netns}|`)) table.delete(key);
    }
    this.#loaded.delete(netns);
  }

  #known(netns: string, identity: ServiceIdentity, otherwise = 'No such service'): Readonly<VirtualService> {
    const service = this.get(netns, identity);
    if (!service) throw new IpvsError(otherwise);
    return service;
  }

  #setDestinations(netns: string, service: Readonly<VirtualService>, destinations: readonly Destination[]): void {
    this.#services.put(keyOf(netns, service), { ...service, destinations });
    const { destinationsChanged } = SCHEDULERS[service.scheduler];
    destinationsChanged?.(this.editState(netns, service).turn, service.destinations, destinations);
  }

  #forgetIfUnused(key: string): void {
    const state = this.#destinationStates.get(key);
    if (state && state.active + state.inactive + state.persistent === 0) this.#destinationStates.delete(key);
  }
}

const keyOf = (netns: string, identity: ServiceIdentity): string => `${netns}|${serviceName(identity)}`;

const destinationKey = (netns: string, identity: ServiceIdentity, at: Endpoint): string => `${keyOf(netns, identity)}|${endpointName(at)}`;

const positionOf = ({ destinations }: Readonly<VirtualService>, at: Endpoint): number =>
  destinations.findIndex(({ address, port }) => address === at.address && port === at.port);

const newDestinationState = (nowUs: number): DestinationState => ({ ...newStatistics(nowUs), active: 0, inactive: 0, persistent: 0 });
