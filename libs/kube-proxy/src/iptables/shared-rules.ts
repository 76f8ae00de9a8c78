import { hash64 } from '@svclab/sim';
import { categorizeEndpoints, type CategorizedEndpoints } from '../categorize-endpoints.js';
import type { ChangeTracker } from '../change-tracker.js';
import type { EndpointsMap } from '../endpoint.js';
import { servicePortKey, type ServicePort } from '../service-port.js';
import { serviceRules, type RuleContext, type ServiceRules } from './service-rules.js';

/** What a service port contributes to every sync, as text, and what is counted of it. */
export interface PortRules {
  readonly port: ServicePort;
  /** Lines in shared filter chains, each with its line end. */
  readonly filter: string;
  /** Lines in shared nat chains, each with its line end. */
  readonly nat: string;
  readonly filterCount: number;
  readonly natCount: number;
  /** Rules in chains of its own. */
  readonly ownCount: number;
  /** Place among the service ports; drawn, since Go walks a map. */
  readonly rank: number;
  readonly noLocalInternal: boolean;
  readonly noLocalExternal: boolean;
}

/** Which node the rules are for. */
export interface NodeView {
  readonly nodeName: string;
  readonly zone: string;
  /** Of kube-proxy. */
  readonly version: string | undefined;
  /** Turns the names of service ports into their order on this node. */
  readonly salt: string;
}

/** Lines of all service ports in shared chains, each with its line end. */
interface SharedText {
  readonly filter: string;
  readonly nat: string;
}

interface CachedService {
  readonly ports: readonly ServicePort[];
  readonly endpoints: EndpointsMap;
  readonly rules: readonly PortRules[];
}

/**
 * The rules of all service ports in the shared chains, which every sync writes anew. A Service's part is kept
 * until its ports or endpoints are others than they were; both are compared by identity, so a rollback of the
 * tracker is noticed too. Rules in chains of their own are not kept: they are many, and seldom written.
 */
// Simplification: a node's services keep their order from sync to sync; a real kube-proxy's order is drawn anew by each.
export class SharedRules {
  readonly #services = new Map<string, CachedService>();
  #setting = '';
  #keys: readonly string[] = [];
  #ordered: PortRules[] | undefined;
  #text: SharedText | undefined;

  constructor(private readonly tracker: ChangeTracker) {}

  /** All of them, in the order of this node. */
  update(context: RuleContext, view: NodeView): readonly PortRules[] {
    const { nfacctCounters, nodeIP, localTraffic, largeCluster } = context;
    const setting = JSON.stringify([nfacctCounters, nodeIP, localTraffic, largeCluster, view]);
    const keys = this.tracker.serviceKeys();
    if (setting !== this.#setting) {
      this.#services.clear();
      this.#startAnew();
    }
    if (keys !== this.#keys) this.#forgetOthers(keys);
    this.#setting = setting;
    this.#keys = keys;
    for (const key of keys) this.#refresh(key, context, view);
    return (this.#ordered ??= keys.flatMap((key) => this.#services.get(key)!.rules).toSorted((a, b) => a.rank - b.rank));
  }

  /** The rules that the last update gave, joined. An endpoint that comes or goes seldom changes them. */
  get text(): SharedText {
    const services = this.#ordered ?? [];
    return (this.#text ??= {
      filter: services.map(({ filter }) => filter).join(''),
      nat: services.map(({ nat }) => nat).join(''),
    });
  }

  /** Those of some Services (`namespace/name`), as the last update left them. */
  ofServices(keys: readonly string[]): readonly PortRules[] {
    return keys.flatMap((key) => this.#services.get(key)?.rules ?? []);
  }

  #refresh(key: string, context: RuleContext, view: NodeView): void {
    const cached = this.#services.get(key);
    const ports = this.tracker.servicePortsOfService(key);
    const endpoints = this.tracker.endpointsOfService(key);
    if (cached && cached.ports === ports && cached.endpoints === endpoints) return;
    const rules = ports.map((port) => portRules(this.tracker, context, port, view));
    this.#services.set(key, { ports, endpoints, rules });
    if (cached && this.#ordered && sameRanks(cached.rules, rules)) this.#replace(cached.rules, rules);
    else this.#startAnew();
  }

  /** The same ports with other rules: they keep their places. */
  #replace(before: readonly PortRules[], after: readonly PortRules[]): void {
    for (const [i, rules] of after.entries()) {
      this.#ordered![this.#ordered!.indexOf(before[i]!)] = rules;
      if (rules.filter !== before[i]!.filter || rules.nat !== before[i]!.nat) this.#text = undefined;
    }
  }

  #startAnew(): void {
    this.#ordered = undefined;
    this.#text = undefined;
  }

  #forgetOthers(keys: readonly string[]): void {
    const known = new Set(keys);
    for (const key of this.#services.keys()) if (!known.has(key)) this.#services.delete(key);
    this.#startAnew();
  }
}

/** The endpoints that a node uses of a service port, and the rules it writes for them. */
export function rulesOf(tracker: ChangeTracker, context: RuleContext, port: ServicePort, view: NodeView): ServiceRules {
  return serviceRules(context, port, endpointsFor(tracker, port, view));
}

function portRules(tracker: ChangeTracker, context: RuleContext, port: ServicePort, view: NodeView): PortRules {
  const endpoints = endpointsFor(tracker, port, view);
  const { filter, nat, chainRules } = serviceRules(context, port, endpoints);
  return {
    port,
    filter: lines(filter),
    nat: lines(nat),
    filterCount: filter.length,
    natCount: nat.length,
    ownCount: chainRules.length,
    rank: hash64(`${view.salt}/${servicePortKey(port.name)}`).lo,
    noLocalInternal: port.internalPolicyLocal && lacksLocal(endpoints),
    noLocalExternal: port.externalPolicyLocal && lacksLocal(endpoints),
  };
}

const endpointsFor = (tracker: ChangeTracker, port: ServicePort, { nodeName, zone, version }: NodeView): CategorizedEndpoints =>
  categorizeEndpoints(tracker.endpoints(port.name), port, nodeName, zone, version);

const lacksLocal = ({ hasAnyEndpoints, local }: CategorizedEndpoints): boolean => hasAnyEndpoints && local.length === 0;

const sameRanks = (a: readonly PortRules[], b: readonly PortRules[]): boolean =>
  a.length === b.length && a.every(({ rank }, i) => rank === b[i]!.rank);

const lines = (rules: readonly string[]): string => rules.map((rule) => `${rule}\n`).join('');
