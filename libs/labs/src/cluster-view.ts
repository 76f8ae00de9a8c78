import type { KubeObject } from '@svclab/kube-api';
import type { ConntrackListing, RuleListing } from '@svclab/netfilter';
import type { Trace } from '@svclab/netstack';
import type { ReadQuery, Sandbox } from '@svclab/sandbox';

/** An address that a Service's slices offer to kube-proxy. */
export interface ServiceEndpoint {
  readonly slice: string;
  readonly address: string;
  /** Name of the pod that it belongs to, where the slice names one. */
  readonly pod?: string;
}

/** Where a new connection can go, and how likely it does. */
export interface Branch {
  /** `pod/default/webpod1`; the last namespace that the packet reached. */
  readonly netns: string;
  readonly disposition: Trace['disposition'];
  readonly probability: number;
}

const NAMESPACE = 'default';

/** What a check may look at: a sandbox's state, read as anybody can read it through the API. Changes nothing. */
export class ClusterView {
  constructor(private readonly sandbox: Sandbox) {}

  /** An object of namespace `default`. */
  find(resource: string, name: string): KubeObject | undefined {
    return this.list(resource).find((object) => object.metadata.name === name);
  }

  list(resource: string, labelSelector?: string): readonly KubeObject[] {
    const answer = this.#ask({ kind: 'objects', resource, namespace: NAMESPACE, ...(labelSelector ? { labelSelector } : {}) });
    return answer?.items ?? [];
  }

  nodes(): string[] {
    const answer = this.#ask({ kind: 'objects', resource: 'nodes' });
    return (answer?.items ?? []).map((node: KubeObject) => node.metadata.name);
  }

  /** The endpoints that get traffic, over all slices of the Service. */
  endpoints(service: string): ServiceEndpoint[] {
    return this.list('endpointslices', `kubernetes.io/service-name=${service}`).flatMap((slice) =>
      ((slice['endpoints'] as SliceEndpoint[] | undefined) ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .flatMap(({ addresses, targetRef }) =>
          addresses.map((address) => ({ slice: slice.metadata.name, address, ...(targetRef ? { pod: targetRef.name } : {}) })),
        ),
    );
  }

  /** Rules of a chain in a node's nat table; empty when there is no such chain. */
  natRules(node: string, chain: string): readonly RuleListing[] {
    return this.#ask({ kind: 'iptables', node, table: 'nat', chain, format: 'json' }) ?? [];
  }

  connections(node: string): readonly ConntrackListing[] {
    return this.#ask({ kind: 'conntrack', node }) ?? [];
  }

  /** Every way that a new TCP connection can take. Empty when nothing runs at `from`. */
  branches(from: string, to: string): Branch[] {
    const answer = this.#ask({ kind: 'traces', from, to });
    return (answer?.branches ?? []).map(({ trace, probability }: { trace: Trace; probability: number }) => ({
      netns: trace.forward.at(-1)!.netns,
      disposition: trace.disposition,
      probability,
    }));
  }

  /** Undefined where there is nothing to answer from: a check says so in its own words. */
  #ask(query: ReadQuery): any {
    const answer = this.sandbox.read(query);
    return answer.ok ? answer.value : undefined;
  }
}

interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly name: string };
}
