import type { KubeObject } from '@svclab/kube-api';
import type { ClusterView, ServiceEndpoint } from '../cluster-view.js';
import { serviceRules } from '../service-rules.js';
import type { Check, Finding } from '../types.js';
import { addressOf, holds, idle, notYet, PORT, SERVICE } from './found.js';

const OUT = 'webpod3';
const KEPT = ['webpod1', 'webpod2'];

/** One pod leaves the Service and lives on. */
export const takeOut: Check = {
  id: 'take-out',
  conditions: [
    { id: 'service', look: serviceHasAddress },
    { id: 'running', look: podRuns },
    { id: 'endpoints', needs: 'service', look: twoEndpoints },
    { id: 'nodes', needs: 'endpoints', look: nodesChooseBetweenTwo },
  ],
  solution: [`kubectl label pod ${OUT} app-`],
};

function serviceHasAddress(cluster: ClusterView): Finding {
  const service = cluster.find('services', SERVICE);
  if (!service) return notYet('found.no-service');
  const address = addressOf(service);
  return address === undefined ? notYet('found.headless') : holds('found.address', { address });
}

function podRuns(cluster: ClusterView): Finding {
  const pod = cluster.find('pods', OUT);
  return idle(OUT, pod) ?? holds('found.pod-runs', { node: pod!.spec!['nodeName'], address: pod!.status!['podIP'] });
}

function twoEndpoints(cluster: ClusterView): Finding {
  const selector = selectorOf(cluster.find('services', SERVICE));
  const endpoints = cluster.endpoints(SERVICE);
  const count = endpoints.length;
  const extra = endpoints.find(({ pod }) => pod === undefined || !KEPT.includes(pod));
  if (extra) return surplus(cluster, selector, extra, count);
  const missing = KEPT.find((name) => !endpoints.some(({ pod }) => pod === name));
  if (missing !== undefined) return absence(cluster, selector, missing, count);
  return holds('found.endpoints', { addresses: endpoints.map(({ address }) => address).join(', ') });
}

/** Why an endpoint is there that should not be. */
function surplus(cluster: ClusterView, selector: Labels, { slice, address, pod }: ServiceEndpoint, count: number): Finding {
  const object = pod === undefined ? undefined : cluster.find('pods', pod);
  const isSelected = object !== undefined && Object.keys(selector).length > 0 && lacking(object, selector).length === 0;
  return isSelected
    ? notYet('found.still-selected', { count, slice, address, pod: pod!, label: labelText(selector) })
    : notYet('found.by-hand', { count, slice, address });
}

/** Why an endpoint is not there that should be. */
function absence(cluster: ClusterView, selector: Labels, pod: string, count: number): Finding {
  if (Object.keys(selector).length === 0) return notYet('found.no-selector', { count });
  const object = cluster.find('pods', pod);
  if (!object) return notYet('found.endpoint-no-pod', { count, pod });
  const label = lacking(object, selector).join(', ');
  return label ? notYet('found.not-selected', { count, pod, label }) : notYet('found.not-ready', { count, pod });
}

function nodesChooseBetweenTwo(cluster: ClusterView): Finding {
  const address = addressOf(cluster.find('services', SERVICE))!;
  const wanted = cluster.endpoints(SERVICE).map((endpoint) => endpoint.address);
  const nodes = cluster.nodes();
  for (const node of nodes) {
    const rules = serviceRules(cluster, node, address, PORT);
    if (!rules) return notYet('found.node-no-rules', { node, address, port: PORT });
    const chosen = rules.destinations.map((destination) => destination.slice(0, destination.lastIndexOf(':')));
    if (chosen.length !== wanted.length || chosen.some((each) => !wanted.includes(each)))
      return notYet('found.node-chooses', { node, chain: rules.chain, addresses: rules.destinations.join(', ') || '–' });
  }
  return holds('found.nodes-choose', { count: nodes.length, addresses: wanted.join(', ') });
}

type Labels = Readonly<Record<string, string>>;

const selectorOf = (service: KubeObject | undefined): Labels => service?.spec?.['selector'] ?? {};

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** The labels of the selector that the object does not have. */
const lacking = (object: KubeObject, selector: Labels): string[] =>
  Object.entries(selector)
    .filter(([key, value]) => object.metadata.labels?.[key] !== value)
    .map(([key, value]) => `${key}=${value}`);
