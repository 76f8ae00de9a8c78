import type { ChangeTracker } from './change-tracker.js';
import type { Endpoint, PodReference } from './endpoint.js';
import { endpointChain, serviceChains } from './iptables/chain-names.js';
import { endpointNames, serviceChains as nftServiceChains } from './nftables/chain-names.js';
import { formatServicePortName, type ServicePort, type ServicePortName } from './service-port.js';

/** The objects that a rule comes from. */
export interface RuleProvenance {
  readonly service: { readonly namespace: string; readonly name: string; readonly port: string };
  /** Set for rules that belong to one endpoint, or choose it. */
  readonly endpoint?: { readonly address: string; readonly slice: string; readonly pod?: PodReference };
}

/** Tells for the text of a rule, as written or as printed, which Service, port and endpoint it serves. Rebuilt, never stored. */
export class ProvenanceIndex {
  readonly #byChain = new Map<string, RuleProvenance>();
  readonly #byName = new Map<string, RuleProvenance>();
  readonly #byClusterIP = new Map<string, RuleProvenance>();
  /** By `-t 10.200.1.1:80`, as ipvsadm names a virtual service; those of node ports, on any address, by `-t 30080`. */
  readonly #byVirtualServer = new Map<string, { readonly provenance: RuleProvenance; readonly name: ServicePortName }>();
  /** Answers given: a trace asks for the same rules on every node. */
  readonly #found = new Map<string, RuleProvenance | undefined>();

  constructor(tracker: ChangeTracker) {
    for (const port of tracker.servicePorts()) {
      const { name, clusterIP } = port;
      const service = { namespace: name.namespace, name: name.service, port: name.port };
      this.#byName.set(formatServicePortName(name), { service });
      this.#byClusterIP.set(clusterIP, { service });
      for (const at of virtualServerNames(port)) this.#byVirtualServer.set(at, { provenance: { service }, name });
      const chains = [...Object.values(serviceChains(name)), ...Object.values(nftServiceChains(name))] as string[];
      for (const chain of chains) this.#byChain.set(chain, { service });
      for (const endpoint of tracker.endpoints(name)) this.#addEndpoint(name, { service }, endpoint);
    }
  }

  /**
   * `undefined` for rules that are not about one Service. A rule of iptables is `-A CHAIN …`; of nftables `add rule`,
   * `add chain`, `add set` or `add element`, with the family and the table behind it; of IPVS `-A -t …`, `-a -t … -r …`.
   */
  find(ruleText: string): RuleProvenance | undefined {
    if (!this.#found.has(ruleText)) this.#found.set(ruleText, this.#search(ruleText));
    return this.#found.get(ruleText);
  }

  #search(ruleText: string): RuleProvenance | undefined {
    if (ruleText.startsWith('add ')) return this.#searchNatively(ruleText);
    if (/^-[Aa] (-t|-u|--sctp-service) /.test(ruleText)) return this.#searchVirtualServer(ruleText);
    const [, chain, target] = /^-A (\S+)(?:.* -[jg] (\S+))?/.exec(ruleText) ?? [];
    if (chain === undefined) return undefined;
    const byTarget = target === undefined ? undefined : this.#byChain.get(target);
    const byChain = this.#byChain.get(chain);
    if (byTarget?.endpoint) return byTarget;
    return byChain ?? byTarget ?? this.#byComment(ruleText);
  }

  #searchNatively(text: string): RuleProvenance | undefined {
    const [, object, name, rest] = /^add (\S+) \S+ \S+ (\S+) ?(.*)$/.exec(text) ?? [];
    const target = /(?:goto|jump) (\S+)/.exec(rest ?? '')?.[1];
    const byTarget = target === undefined ? undefined : this.#byChain.get(target);
    if (object === 'element')
      return byTarget ?? this.#byName.get(/comment "([^"]*)"/.exec(text)?.[1] ?? '') ?? this.#byClusterIP.get(rest!.slice(2, -2));
    const byChain = this.#byChain.get(name!);
    // A rule that balances names several endpoints; only one that leads to a single one is about that one.
    if (byTarget?.endpoint && !rest!.includes(' vmap {')) return byTarget;
    return byChain ?? byTarget;
  }

  #searchVirtualServer(line: string): RuleProvenance | undefined {
    const [, protocol, address, port, server] = /^-[Aa] (\S+) (\S+):(\d+)(?:.* -r (\S+))?/.exec(line) ?? [];
    const found = this.#byVirtualServer.get(`${protocol} ${address}:${port}`) ?? this.#byVirtualServer.get(`${protocol} ${port}`);
    if (!found) return undefined;
    return (server === undefined ? undefined : this.#byChain.get(endpointChain(found.name, server))) ?? found.provenance;
  }

  #byComment(ruleText: string): RuleProvenance | undefined {
    const [, name] = /--comment "?([^\s"]+)/.exec(ruleText) ?? [];
    return name === undefined ? undefined : this.#byName.get(name);
  }

  #addEndpoint(name: ServicePortName, { service }: RuleProvenance, endpoint: Endpoint): void {
    const { text, slice, pod } = endpoint;
    const provenance = { service, endpoint: { address: text, slice, ...(pod && { pod }) } };
    const { chain, affinitySet } = endpointNames(name, endpoint);
    for (const own of [endpointChain(name, text), chain, affinitySet]) this.#byChain.set(own, provenance);
  }
}

const SERVICE_OPTIONS = { TCP: '-t', UDP: '-u', SCTP: '--sctp-service' } as const;

function virtualServerNames({ name, clusterIP, externalIPs, loadBalancerVIPs, port, nodePort }: ServicePort): string[] {
  const option = SERVICE_OPTIONS[name.protocol];
  const addresses = [clusterIP, ...externalIPs, ...loadBalancerVIPs].map((ip) => `${option} ${ip}:${port}`);
  return nodePort === 0 ? addresses : [...addresses, `${option} ${nodePort}`];
}
