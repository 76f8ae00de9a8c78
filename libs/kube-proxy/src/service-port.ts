import type { KubeObject } from '@svclab/kube-api';
import { familyOf, type IpFamily } from './configuration.js';

export type ServiceProtocol = 'TCP' | 'UDP' | 'SCTP';

/** Names one load-balanced port (pkg/proxy/types.go ServicePortName). */
export interface ServicePortName {
  readonly namespace: string;
  readonly service: string;
  /** '' for the unnamed port. */
  readonly port: string;
  readonly protocol: ServiceProtocol;
}

/** `namespace/service:port`, or `namespace/service` when the port has no name. */
export const formatServicePortName = (name: ServicePortName): string =>
  `${name.namespace}/${name.service}${name.port === '' ? '' : `:${name.port}`}`;

/** Unique among all service ports, unlike the text: 53/TCP and 53/UDP may share a name. */
export const servicePortKey = (name: ServicePortName): string => `${formatServicePortName(name)}/${name.protocol}`;

/** What a proxier needs to know of one port of a Service (pkg/proxy/serviceport.go). */
export interface ServicePort {
  readonly name: ServicePortName;
  readonly clusterIP: string;
  readonly port: number;
  /** 0 when there is none. */
  readonly nodePort: number;
  /** 0 when there is none. */
  readonly healthCheckNodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerVIPs: readonly string[];
  readonly loadBalancerSourceRanges: readonly string[];
  /** `undefined` without session affinity. */
  readonly affinityTimeoutSeconds?: number;
  readonly internalPolicyLocal: boolean;
  readonly externalPolicyLocal: boolean;
  /** Of the topology annotation, which v1.30 and older look at; '' without one. */
  readonly hintsAnnotation: string;
}

export const isExternallyAccessible = (port: ServicePort): boolean =>
  port.nodePort !== 0 || port.loadBalancerVIPs.length > 0 || port.externalIPs.length > 0;

export const usesClusterEndpoints = (port: ServicePort): boolean => !port.internalPolicyLocal || isExternallyAccessible(port);

export const usesLocalEndpoints = (port: ServicePort): boolean =>
  port.internalPolicyLocal || (port.externalPolicyLocal && isExternallyAccessible(port));

/** kube-proxy's informers leave out Services and EndpointSlices with these labels, whatever their value. */
export const isProxied = (object: Readonly<KubeObject>): boolean =>
  object.metadata.labels?.['service.kubernetes.io/service-proxy-name'] === undefined &&
  object.metadata.labels?.['service.kubernetes.io/headless'] === undefined;

/** The service ports of a Service in one family: none for headless and ExternalName Services (pkg/proxy/servicechangetracker.go). */
export function servicePortsOf(service: Readonly<KubeObject>, family: IpFamily): ServicePort[] {
  const spec = service.spec ?? {};
  const clusterIP = clusterIpOf(spec, family);
  if (!isProxied(service) || spec['type'] === 'ExternalName' || clusterIP === undefined) return [];
  const ofFamily = (texts: readonly string[] | undefined): string[] => (texts ?? []).filter((text) => familyOf(text) === family);
  const externalIPs = ofFamily(spec['externalIPs']);
  const externalPolicyLocal =
    spec['externalTrafficPolicy'] === 'Local' && (spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer' || externalIPs.length > 0);
  const ingress: readonly { ip?: string; ipMode?: string }[] = service.status?.['loadBalancer']?.ingress ?? [];
  const vips = ingress.filter(({ ip, ipMode }) => ip !== undefined && (ipMode === undefined || ipMode === 'VIP'));
  const common = {
    clusterIP,
    externalIPs,
    loadBalancerVIPs: ofFamily(vips.map(({ ip }) => ip!)),
    loadBalancerSourceRanges: ofFamily((spec['loadBalancerSourceRanges'] as string[] | undefined)?.map((range) => range.trim())),
    healthCheckNodePort: spec['type'] === 'LoadBalancer' && externalPolicyLocal ? (spec['healthCheckNodePort'] ?? 0) : 0,
    internalPolicyLocal: spec['internalTrafficPolicy'] === 'Local',
    externalPolicyLocal,
    hintsAnnotation: hintsAnnotationOf(service),
    ...(spec['sessionAffinity'] === 'ClientIP' && {
      affinityTimeoutSeconds: spec['sessionAffinityConfig']?.clientIP?.timeoutSeconds ?? 10_800,
    }),
  };
  const ports: readonly { name?: string; protocol?: ServiceProtocol; port: number; nodePort?: number }[] = spec['ports'] ?? [];
  return ports.map((port) => ({
    ...common,
    name: {
      namespace: service.metadata.namespace ?? '',
      service: service.metadata.name,
      port: port.name ?? '',
      protocol: port.protocol ?? 'TCP',
    },
    port: port.port,
    nodePort: port.nodePort ?? 0,
  }));
}

/** The deprecated annotation goes before the one that took its place. */
function hintsAnnotationOf({ metadata: { annotations } }: Readonly<KubeObject>): string {
  return annotations?.['service.kubernetes.io/topology-aware-hints'] ?? annotations?.['service.kubernetes.io/topology-mode'] ?? '';
}

function clusterIpOf(spec: Record<string, any>, family: IpFamily): string | undefined {
  const addresses: readonly string[] = spec['clusterIPs'] ?? [spec['clusterIP'] ?? ''];
  return addresses.find((text) => text !== '' && text !== 'None' && familyOf(text) === family);
}
