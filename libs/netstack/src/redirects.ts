import type { Sim, Table } from '@svclab/sim';
import { formatAddress, sameAddress, type Address } from '@svclab/wire';

/** A shorter way to one destination, as a router told it. Table `net.route-exceptions`, key = `<netns>|<destination>`. */
export interface RouteException {
  readonly gateway: Address;
  /** The next hop that the routing table names; the exception falls with it. */
  readonly insteadOf: Address;
  readonly untilUs: number;
}

/** What a router remembers of a sender that it has told. Table `net.redirects-told`, key = `<netns>|<source>`. */
interface ToldRecord {
  readonly count: number;
  readonly lastUs: number;
}

/** An exception lasts as long as nothing confirms it otherwise (Linux: `ip_rt_gc_timeout`). */
const EXCEPTION_US = 300_000_000;
/** Linux: `ip_rt_redirect_load`, `ip_rt_redirect_number` and `ip_rt_redirect_silence`. */
const LOAD_US = 20_000;
const MOST_TOLD = 9;
const SILENCE_US = LOAD_US * 2 ** (MOST_TOLD + 1);

/** Both ends of ICMP redirects: how often a router sends them, and what a host learns (Linux: net/ipv4/route.c). */
export class Redirects {
  readonly #exceptions: Table<RouteException>;
  readonly #told: Table<ToldRecord>;

  constructor(private readonly sim: Sim) {
    this.#exceptions = sim.store.table('net.route-exceptions');
    this.#told = sim.store.table('net.redirects-told');
  }

  /** `ip_rt_send_redirect`: twice as long a wait after each, and none any more once nine were ignored. Counts what it allows. */
  mayTell(netns: string, source: Address): boolean {
    const key = keyOf(netns, source);
    const nowUs = this.sim.nowUs;
    const known = this.#told.get(key);
    const count = !known || nowUs > known.lastUs + SILENCE_US ? 0 : known.count;
    const isTime = count === 0 || nowUs > known!.lastUs + LOAD_US * 2 ** count;
    const allowed = count < MOST_TOLD && isTime;
    if (allowed) this.#told.put(key, { count: count + 1, lastUs: nowUs });
    else if (count >= MOST_TOLD) this.#told.put(key, { count, lastUs: nowUs });
    return allowed;
  }

  /** `__ip_do_redirect`, once the gateway is known to be a good one. */
  learn(netns: string, destination: Address, insteadOf: Address, gateway: Address): void {
    this.#exceptions.put(keyOf(netns, destination), { gateway, insteadOf, untilUs: this.sim.nowUs + EXCEPTION_US });
  }

  /** The exception for `destination` from the way by `nexthop`, while it lasts. */
  exception(netns: string, destination: Address, nexthop: Address): RouteException | undefined {
    if (this.#exceptions.size === 0) return undefined;
    const known = this.#exceptions.get(keyOf(netns, destination));
    return known && known.untilUs > this.sim.nowUs && sameAddress(known.insteadOf, nexthop) ? known : undefined;
  }

  /** Whole seconds that an exception still lasts. */
  secondsLeft({ untilUs }: Pick<RouteException, 'untilUs'>): number {
    return Math.floor((untilUs - this.sim.nowUs) / 1_000_000);
  }

  /** `ip route flush cache`. */
  flush(netns: string): void {
    for (const key of this.#exceptions.keysWithPrefix(`${netns}|`)) this.#exceptions.delete(key);
  }

  removeNamespace(netns: string): void {
    this.flush(netns);
    for (const key of this.#told.keysWithPrefix(`${netns}|`)) this.#told.delete(key);
  }
}

const keyOf = (netns: string, address: Address): string => `${netns}|${formatAddress(address)}`;
