import { canonicalJson } from '@svclab/sim';
import { matchesLabels, type ApiServer, type KubeObject, type WatchEvent } from '@svclab/kube-api';
import { keyOf } from '../object-key.js';
import { isPodReady, isTerminating, podIPs } from '../pod-state.js';

/** Which Services select which pods: an index over the API server's Services, by namespace. */
export class ServiceSelectors {
  readonly #byNamespace = new Map<string, Map<string, Readonly<Record<string, string>>>>();

  constructor(api: Pick<ApiServer, 'list' | 'subscribe'>) {
    for (const service of api.list('services')) this.#set(service, service);
    api.subscribe(({ type, resource, object }) => {
      if (resource.plural === 'services') this.#set(object, type === 'DELETED' ? undefined : object);
    });
  }

  /** Keys of the Services whose endpoints a change of a pod may alter. */
  affectedBy({ object: pod, previous }: WatchEvent): string[] {
    if (previous && previous !== pod && !matters(previous, pod)) return [];
    const keys: string[] = [];
    for (const [key, selector] of this.#byNamespace.get(pod.metadata.namespace ?? '') ?? []) {
      if (matchesLabels(selector, pod.metadata.labels) || (previous && matchesLabels(selector, previous.metadata.labels))) keys.push(key);
    }
    return keys;
  }

  #set(object: Readonly<KubeObject>, after: Readonly<KubeObject> | undefined): void {
    const namespace = object.metadata.namespace ?? '';
    let services = this.#byNamespace.get(namespace);
    if (!services) this.#byNamespace.set(namespace, (services = new Map()));
    if (after && hasEndpointsOfPods(after)) services.set(keyOf(object), after.spec!['selector']);
    else services.delete(keyOf(object));
  }
}

/** A Service without selector has endpoints made by hand, an ExternalName one has none. */
export const hasEndpointsOfPods = (service: Readonly<KubeObject>): boolean =>
  service.spec?.['type'] !== 'ExternalName' && Object.keys(service.spec?.['selector'] ?? {}).length > 0;

export const isHeadless = (service: Readonly<KubeObject>): boolean => service.spec?.['clusterIP'] === 'None';

/** The pods that a Service selects, in creation order: the order in which a controller would have met them. */
export function selectedPods(api: ApiServer, service: Readonly<KubeObject>): Readonly<KubeObject>[] {
  const namespace = service.metadata.namespace ?? '';
  const pods = api.list('pods', { namespace }).filter((pod) => matchesLabels(service.spec!['selector'], pod.metadata.labels));
  return pods.toSorted((a, b) => (creationOrder(a) < creationOrder(b) ? -1 : 1));
}

const creationOrder = ({ metadata }: Readonly<KubeObject>): string => `${metadata.creationTimestamp} ${metadata.name}`;

/** `hostname` of an endpoint: a pod is known by name only inside the Service it names as its subdomain. */
export const endpointHostname = (pod: Readonly<KubeObject>, service: Readonly<KubeObject>): string | undefined =>
  pod.spec?.['hostname'] && pod.spec['subdomain'] === service.metadata.name ? pod.spec['hostname'] : undefined;

/** k8s.io/endpointslice/util/controller_utils.go podEndpointsChanged. */
const matters = (before: Readonly<KubeObject>, after: Readonly<KubeObject>): boolean => relevantTo(before) !== relevantTo(after);

const relevantTo = (pod: Readonly<KubeObject>): string =>
  canonicalJson([
    pod.metadata.uid,
    pod.metadata.labels ?? {},
    pod.spec?.['hostname'] ?? '',
    pod.spec?.['subdomain'] ?? '',
    pod.spec?.['nodeName'] ?? '',
    isTerminating(pod),
    isPodReady(pod),
    podIPs(pod),
    pod.status?.['phase'] ?? '',
  ]);
