import type { ApiServer, KubeObject } from '@svclab/kube-api';
import type { Netstack } from '@svclab/netstack';
import type { NodeTools } from '@svclab/kube-proxy';
import type { Sim, Table } from '@svclab/sim';
import { parseAddress, parsePrefix, type Address, type Prefix } from '@svclab/wire';
import { syncMasqueradeRules } from './masq-agent.js';

/** A node on which kindnetd runs. Table `kindnet.nodes`, key = node. */
interface KindnetRecord {
  readonly netns: string;
}

/** How a node of the cluster reaches the pods of another. */
interface PodRoute {
  readonly node: string;
  readonly podCidr: Prefix;
  readonly via: Address;
}

/**
 * kindnetd: on each node a route to the pods of every other node, and the masquerade rules.
 * Source: kind `images/kindnetd/cmd/kindnetd/main.go`, `makeNodesReconciler`.
 */
export class Kindnet {
  readonly #running: Table<KindnetRecord>;
  #dirty = false;

  constructor(
    sim: Sim,
    private readonly api: ApiServer,
    private readonly net: Netstack,
    private readonly toolsOf: (node: string) => NodeTools,
  ) {
    this.#running = sim.store.table('kindnet.nodes');
    // Simplification: routes follow a change of the nodes at once; kindnetd looks every ten seconds.
    api.subscribe(({ resource, object, previous }) => {
      if (resource.plural === 'nodes' && (!previous || !sameRoute(podRouteTo(object)[0], podRouteTo(previous)[0]))) this.#dirty = true;
    });
    sim.addWorkQueue({ drain: () => this.#drain(), clear: () => (this.#dirty = false) });
  }

  start(node: string, netns: string, podSubnets: readonly string[]): void {
    this.#running.put(node, { netns });
    syncMasqueradeRules(this.toolsOf(node), podSubnets);
    this.#dirty = true;
  }

  /** The daemon ends; its routes and rules stay. */
  stop(node: string): void {
    this.#running.delete(node);
  }

  #drain(): boolean {
    if (!this.#dirty) return false;
    this.#dirty = false;
    const routes = this.api.list('nodes').flatMap(podRouteTo);
    for (const [node, { netns }] of this.#running.entries()) {
      for (const { node: other, podCidr, via } of routes) {
        if (other !== node) this.net.addRoute({ netns, destination: podCidr, via, dev: 'eth0', scope: 'global' });
      }
    }
    return true;
  }
}

function podRouteTo(node: Readonly<KubeObject>): PodRoute[] {
  const podCidr = parsePrefix(node.spec?.['podCIDR'] ?? '');
  const via = parseAddress(internalAddress(node) ?? '');
  return podCidr.ok && via !== undefined ? [{ node: node.metadata.name, podCidr: podCidr.value, via }] : [];
}

const sameRoute = (a: PodRoute | undefined, b: PodRoute | undefined): boolean =>
  a?.via === b?.via && a?.podCidr.address === b?.podCidr.address && a?.podCidr.length === b?.podCidr.length;

/** `status.addresses` of type InternalIP. */
export function internalAddress(node: Readonly<KubeObject>): string | undefined {
  const addresses: readonly { readonly type: string; readonly address: string }[] = node.status?.['addresses'] ?? [];
  return addresses.find(({ type }) => type === 'InternalIP')?.address;
}
