import type { KubeObject } from '@svclab/kube-api';
import type { World } from '@svclab/cluster';
import type { ObjectEvent } from './entry.js';

type Provenance = World['kubeProxy']['provenance'];
type SliceEndpoint = { readonly addresses: readonly string[]; readonly targetRef?: { readonly kind?: string; readonly name?: string } };

/** Names the object whose change in an entry made a rule come or go. */
export class RuleCauses {
  readonly #changedServices = new Set<string>();
  /** By Service: its slices that changed, as they are named. */
  readonly #changedSlices = new Map<string, string>();
  /** By `service/address`: the slice that lists or listed it, and the pod behind it. */
  readonly #byAddress = new Map<string, string>();

  constructor(
    private readonly provenance: Provenance,
    events: readonly ObjectEvent[],
  ) {
    for (const { resource, object, previous } of events) {
      if (resource === 'services') this.#changedServices.add(nameOf(object));
      else if (resource.startsWith('endpointslices')) for (const slice of [previous, object]) if (slice) this.#addSlice(slice);
    }
  }

  /** `EndpointSlice default/web-abcde (Pod default/web-1)` or `Service default/web`; `null` for rules that are about no Service. */
  of(rule: string): string | null {
    const known = this.provenance(rule);
    const service = known ? `${known.service.namespace}/${known.service.name}` : serviceInComment(rule);
    if (service === undefined) return null;
    const address = addressIn(known?.endpoint?.address) ?? addressIn(rule);
    const slice = address === undefined ? undefined : this.#byAddress.get(`${service}/${address}`);
    if (slice !== undefined) return slice;
    if (this.#changedServices.has(service)) return `Service ${service}`;
    return this.#changedSlices.get(service) ?? `Service ${service}`;
  }

  #addSlice(slice: Readonly<KubeObject>): void {
    const { namespace, labels } = slice.metadata;
    const service = `${namespace}/${labels?.['kubernetes.io/service-name']}`;
    const name = `EndpointSlice ${nameOf(slice)}`;
    this.#changedSlices.set(service, name);
    for (const { addresses, targetRef } of (slice['endpoints'] ?? []) as readonly SliceEndpoint[]) {
      const pod = targetRef?.kind === 'Pod' ? ` (Pod ${namespace}/${targetRef.name})` : '';
      this.#byAddress.set(`${service}/${addresses[0]}`, `${name}${pod}`);
    }
  }
}

const nameOf = ({ metadata }: Readonly<KubeObject>): string => `${metadata.namespace}/${metadata.name}`;

/** The endpoint's address in a rule that translates to it, chooses it or knows it as a source. */
function addressIn(text: string | undefined): string | undefined {
  return text === undefined
    ? undefined
    : /(?:--to-destination |-> |-s |dnat to |ip saddr |__|^)(\d+\.\d+\.\d+\.\d+)(?:[:/]|$)/.exec(text)?.[1];
}

/** For a rule whose Service is gone already: kube-proxy's comments name it, as in `default/web:http -> 10.10.1.2:80`. */
export function serviceInComment(rule: string): string | undefined {
  const comment = /comment "([^"]*)"/.exec(rule)?.[1];
  const service = comment && /(?:^|\s)([a-z0-9-]+)\/([a-z0-9-]+)(?::[a-z0-9-]+)?(?:\s|$)/.exec(comment);
  return service ? `${service[1]}/${service[2]}` : undefined;
}
