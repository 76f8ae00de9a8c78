import { categorizeEndpoints, mayUseHints, zoneHintsCount } from './categorize-endpoints.js';
import type { ChangeTracker } from './change-tracker.js';
import type { Endpoint, PodReference } from './endpoint.js';
import { usesClusterEndpoints, usesLocalEndpoints, type ServicePort, type ServiceProtocol } from './service-port.js';

/** What one node makes of a service port's endpoints, and why. */
export interface ExplainedPort {
  readonly port: string;
  readonly protocol: ServiceProtocol;
  /** Lists that the port needs on this node: for the Cluster and for the Local traffic policy. */
  readonly lists: readonly EndpointList[];
  readonly endpoints: readonly ExplainedEndpoint[];
  /** Whether zone hints choose among the endpoints, and if not though there are some, why. */
  readonly topology: string;
}

export type EndpointList = 'cluster' | 'local';

export interface ExplainedEndpoint {
  readonly address: string;
  readonly nodeName: string | null;
  readonly pod: PodReference | null;
  readonly slice: string;
  readonly uses: readonly { readonly list: EndpointList; readonly used: boolean; readonly why: string }[];
}

/** The node that chooses. */
interface Chooser {
  readonly nodeName: string;
  /** '' without a label. */
  readonly zone: string;
  /** Of its kube-proxy. */
  readonly version: string;
}

/** For each port of a Service (`namespace/name`): which endpoints a node uses, and why not the others. */
export function explainService(tracker: ChangeTracker, key: string, node: Chooser): ExplainedPort[] {
  return tracker.servicePortsOfService(key).map((port) => explainPort(port, tracker.endpoints(port.name), node));
}

function explainPort(port: ServicePort, endpoints: readonly Endpoint[], node: Chooser): ExplainedPort {
  const { nodeName, zone, version } = node;
  const { cluster, local } = categorizeEndpoints(endpoints, port, nodeName, zone, version);
  const lists: EndpointList[] = [
    ...(usesClusterEndpoints(port) ? (['cluster'] as const) : []),
    ...(usesLocalEndpoints(port) ? (['local'] as const) : []),
  ];
  const fallsBack = { cluster: cluster.length > 0 && !cluster[0]!.ready, local: local.length > 0 && !local[0]!.ready };
  const whyNot = (list: EndpointList, endpoint: Endpoint): string => {
    if (list === 'local' && endpoint.nodeName !== nodeName) return notLocal(endpoint);
    if (!endpoint.ready) return unready(endpoint, fallsBack[list]);
    return `its zone hints (${endpoint.zoneHints.join(', ')}) do not name this node's zone ${zone}`;
  };
  const whyUsed = (list: EndpointList): string =>
    fallsBack[list] ? 'terminating, but still serving, and nothing better is left' : list === 'local' ? 'ready, on this node' : 'ready';
  return {
    port: port.name.port,
    protocol: port.name.protocol,
    lists,
    topology: topologyText(endpoints, port, node),
    endpoints: endpoints.map((endpoint) => ({
      address: endpoint.text,
      nodeName: endpoint.nodeName ?? null,
      pod: endpoint.pod ?? null,
      slice: endpoint.slice,
      uses: lists.map((list) => {
        const used = (list === 'cluster' ? cluster : local).includes(endpoint);
        return { list, used, why: used ? whyUsed(list) : whyNot(list, endpoint) };
      }),
    })),
  };
}

const notLocal = ({ nodeName }: Endpoint): string =>
  nodeName === undefined
    ? 'not local under traffic policy Local: it has no node'
    : `not local under traffic policy Local: it is on node ${nodeName}`;

function unready({ serving, terminating }: Endpoint, fellBack: boolean): string {
  if (terminating) return serving && !fellBack ? 'terminating, and ready endpoints are left' : 'terminating, and not serving';
  return 'not ready';
}

/** The words of canUseTopology in pkg/proxy/topology.go. */
function topologyText(endpoints: readonly Endpoint[], port: ServicePort, { zone, version }: Chooser): string {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  if (!ready.some(({ zoneHints }) => zoneHints.length > 0)) return 'there are no zone hints';
  if (!mayUseHints(port, version)) return 'zone hints are not used: the Service does not ask for them by annotation';
  if (zoneHintsCount(endpoints, zone)) return `endpoints with a hint for zone ${zone} are used`;
  if (zone === '') return 'zone hints are not used: the node has no label topology.kubernetes.io/zone';
  if (ready.some(({ zoneHints }) => zoneHints.length === 0)) return 'zone hints are not used: one or more endpoints have none';
  return `zone hints are not used: no endpoint has one for zone ${zone}`;
}
