import type { KubeObject } from '@svclab/kube-api';
import type { Table } from '@svclab/sim';
import type { ControllerContext } from '../context.js';
import { EventRecorder } from '../event-recorder.js';
import { keyOf, splitKey } from '../object-key.js';
import { isTerminating } from '../pod-state.js';
import { ReconcileQueue } from '../reconcile-queue.js';
import { freeAddress, isInRange, type AddressRange } from './address-pool.js';
import { electNode } from './elect-node.js';

/** The network outside the cluster, as a provider of load balancers reaches it. */
export interface LoadBalancerNetwork {
  /** Addresses to give away; `undefined` while there is no network of nodes. */
  pool(): AddressRange | undefined;
  /** From now on this node, and no other, answers for the address; without a node nobody does. */
  announce(address: string, node: string | undefined): void;
}

/** Table `load-balancer.addresses`, by `namespace/name` of the Service: what it was given. */
interface AssignedRecord {
  readonly address: string;
  /** Which node answers for it; '' when none does. */
  readonly node: string;
}

const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/**
 * A small provider of load balancers for a network without a cloud. It gives each Service of type LoadBalancer an
 * address of the nodes' network and lets one node answer for it, as MetalLB does in layer 2 mode; kube-proxy there
 * does the rest. With externalTrafficPolicy Local only a node with a ready endpoint is elected: the same nodes whose
 * health check node port says 200. What it writes into the Service is what the service controller of any cloud
 * writes (k8s.io/cloud-provider/controllers/service/controller.go).
 */
// Simplification: one node at a time gets all traffic of a Service's address, and it changes at once; a real speaker tells the network by gratuitous ARP.
export function registerLoadBalancerController(context: ControllerContext & { readonly network: LoadBalancerNetwork }): void {
  const { sim, api } = context;
  const controller = new LoadBalancerController(context);
  const queue = new ReconcileQueue(sim, (key) => controller.sync(key));
  const all = new ReconcileQueue(sim, () => controller.assigned().forEach((key) => queue.add(key)));
  api.subscribe(({ resource, object, previous }) => {
    if (resource.plural === 'services' && (isLoadBalancer(object) || (previous && isLoadBalancer(previous)))) queue.add(keyOf(object));
    else if (resource.plural === 'nodes') all.add('nodes');
    else if (resource.plural === 'endpointslices') {
      const service = object.metadata.labels?.[SERVICE_NAME_LABEL];
      if (service !== undefined && controller.isAssigned(`${object.metadata.namespace}/${service}`)) {
        queue.add(`${object.metadata.namespace}/${service}`);
      }
    }
  });
}

class LoadBalancerController {
  readonly #assigned: Table<AssignedRecord>;
  readonly #events: EventRecorder;

  constructor(private readonly context: ControllerContext & { readonly network: LoadBalancerNetwork }) {
    this.#assigned = context.sim.store.table('load-balancer.addresses');
    this.#events = new EventRecorder(context, 'service-controller');
  }

  assigned(): readonly string[] {
    return this.#assigned.keys();
  }

  isAssigned(key: string): boolean {
    return this.#assigned.has(key);
  }

  sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const service = this.context.api.get('services', namespace, name);
    if (service && isLoadBalancer(service) && !isTerminating(service)) this.#ensure(key, service);
    else this.#cleanUp(key, service);
  }

  #ensure(key: string, service: Readonly<KubeObject>): void {
    const known = this.#assigned.get(key);
    const address = known?.address ?? this.#allocate(service);
    if (address === undefined) return;
    const node = electNode(service, address, this.context.api.list('nodes'), this.#slicesOf(key)) ?? '';
    if (!known || known.node !== node) {
      this.#assigned.put(key, { address, node });
      this.context.network.announce(address, node === '' ? undefined : node);
    }
    this.#writeAddress(service, address);
    if (!known) this.#record(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  }

  /** An address for a Service that has none yet: the one it asks for, if that is free. */
  #allocate(service: Readonly<KubeObject>): string | undefined {
    const pool = this.context.network.pool();
    if (!pool) return undefined;
    const finalizers = service.metadata.finalizers ?? [];
    if (!finalizers.includes(FINALIZER)) this.#update(service, { finalizers: [...finalizers, FINALIZER] });
    this.#record(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
    const used = new Set([...this.#assigned.values()].map(({ address }) => address));
    const wanted: string = service.spec?.['loadBalancerIP'] ?? '';
    const address = wanted === '' ? freeAddress(pool, used) : isInRange(pool, wanted) && !used.has(wanted) ? wanted : undefined;
    if (address === undefined) {
      const reason = wanted === '' ? 'no available IPs' : `"${wanted}" is not available in ${pool.first}-${pool.last}`;
      this.#record(service, 'Warning', 'SyncLoadBalancerFailed', `Error syncing load balancer: failed to ensure load balancer: ${reason}`);
    }
    return address;
  }

  /** Writes the address into the Service's status; without one, that there is none. */
  #writeAddress({ metadata }: Readonly<KubeObject>, ip?: string): void {
    const { api } = this.context;
    const service = api.get('services', metadata.namespace, metadata.name)!;
    const ingress: readonly { readonly ip?: string }[] = service.status?.['loadBalancer']?.ingress ?? [];
    if (ingress.length <= 1 && ingress[0]?.ip === ip) return;
    const loadBalancer = ip === undefined ? {} : { ingress: [{ ip, ipMode: 'VIP' }] };
    api.updateStatus('services', { ...service, status: { ...service.status, loadBalancer } });
  }

  /** The Service is gone, or no load balancer any more: its address is free again. */
  #cleanUp(key: string, service: Readonly<KubeObject> | undefined): void {
    const known = this.#assigned.get(key);
    if (known) {
      if (service) this.#record(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
      this.context.network.announce(known.address, undefined);
      this.#assigned.delete(key);
      if (service) {
        this.#writeAddress(service);
        this.#record(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
      }
    }
    const finalizers = service?.metadata.finalizers;
    if (finalizers?.includes(FINALIZER)) this.#update(service!, { finalizers: finalizers.filter((name) => name !== FINALIZER) });
  }

  #update({ metadata: { namespace, name } }: Readonly<KubeObject>, metadata: { readonly finalizers: readonly string[] }): void {
    this.context.api.patch('services', namespace, name, 'merge', { metadata });
  }

  #slicesOf(key: string): readonly Readonly<KubeObject>[] {
    const { namespace, name } = splitKey(key);
    return this.context.api.list('endpointslices', { namespace, labelSelector: `${SERVICE_NAME_LABEL}=${name}` });
  }

  #record(service: Readonly<KubeObject>, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#events.record(service, { type, reason, message });
  }
}

/** Services with a loadBalancerClass belong to a provider of that class, which is not this one. */
const isLoadBalancer = ({ spec }: Readonly<KubeObject>): boolean =>
  spec?.['type'] === 'LoadBalancer' && spec['loadBalancerClass'] === undefined;
