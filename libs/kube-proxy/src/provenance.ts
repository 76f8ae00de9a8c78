import type { ChangeTracker } from './change-tracker.js';
import type { Endpoint, PodReference } from './endpoint.js';
import { endpointChain, serviceChains } from './iptables/chain-names.js';
import { formatServicePortName, type ServicePortName } from './service-port.js';

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
  /** Answers given: a trace asks for the same rules on every node. */
  readonly #found = new Map<string, RuleProvenance | undefined>();

  constructor(tracker: ChangeTracker) {
    for (const { name } of tracker.servicePorts()) {
      const service = { namespace: name.namespace, name: name.service, port: name.port };
      this.#byName.set(formatServicePortName(name), { service });
      for (const chain of Object.values(serviceChains(name))) this.#byChain.set(chain as string, { service });
      for (const endpoint of tracker.endpoints(name)) this.#addEndpoint(name, { service }, endpoint);
    }
  }

  /** `undefined` for rules that are not about one Service. */
  find(ruleText: string): RuleProvenance | undefined {
    if (!this.#found.has(ruleText)) this.#found.set(ruleText, this.#search(ruleText));
    return this.#found.get(ruleText);
  }

  #search(ruleText: string): RuleProvenance | undefined {
    const [, chain, target] = /^-A (\S+)(?:.* -[jg] (\S+))?/.exec(ruleText) ?? [];
    if (chain === undefined) return undefined;
    const byTarget = target === undefined ? undefined : this.#byChain.get(target);
    const byChain = this.#byChain.get(chain);
    if (byTarget?.endpoint) return byTarget;
    return byChain ?? byTarget ?? this.#byComment(ruleText);
  }

  #byComment(ruleText: string): RuleProvenance | undefined {
    const [, name] = /--comment "?([^\s"]+)/.exec(ruleText) ?? [];
    return name === undefined ? undefined : this.#byName.get(name);
  }

  #addEndpoint(name: ServicePortName, { service }: RuleProvenance, { text, slice, pod }: Endpoint): void {
    this.#byChain.set(endpointChain(name, text), { service, endpoint: { address: text, slice, ...(pod && { pod }) } });
  }
}
