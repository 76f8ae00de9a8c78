import type { KubeObject } from '@svclab/kube-api';
import { labelsOrNone } from '../printers/table.js';
import type { Describe, DescribeContext } from './describer.js';
import { writeAnnotations, writeLabels } from './writer.js';

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly targetPort: number | string;
  readonly nodePort?: number;
}

interface Slice {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
  readonly endpoints?: readonly { readonly addresses: readonly string[]; readonly conditions?: { readonly ready?: boolean } }[];
}

const MAX_ENDPOINTS = 3;

export const describeService: Describe = (service, writer, context) => {
  const { metadata, spec = {}, status = {} } = service;
  writer.line(0, 'Name:', metadata.name);
  writer.line(0, 'Namespace:', metadata.namespace!);
  writeLabels(writer, 'Labels', metadata.labels);
  writeAnnotations(writer, 'Annotations', metadata.annotations);
  writer.line(0, 'Selector:', labelsOrNone(spec['selector'] as Record<string, string> | undefined));
  writer.line(0, 'Type:', String(spec['type']));
  const optional = (title: string, value: unknown): void => {
    if (Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '' && value !== 0)
      writer.line(0, `${title}:`, String(value));
  };
  optional('IP Family Policy', spec['ipFamilyPolicy']);
  writer.line(0, 'IP Families:', joined(spec['ipFamilies']));
  writer.line(0, 'IP:', String(spec['clusterIP'] ?? ''));
  writer.line(0, 'IPs:', joined(spec['clusterIPs']));
  optional('External IPs', spec['externalIPs']);
  optional('Desired LoadBalancer IP', spec['loadBalancerIP']);
  optional('External Name', spec['externalName']);
  optional('LoadBalancer Ingress', ingressText(status));
  const slices = slicesOf(service, context);
  for (const port of (spec['ports'] ?? []) as ServicePort[]) {
    const name = port.name ?? '<unset>';
    writer.line(0, 'Port:', name, `${port.port}/${port.protocol}`);
    writer.line(0, 'TargetPort:', `${port.targetPort}/${port.protocol}`);
    if (port.nodePort) writer.line(0, 'NodePort:', name, `${port.nodePort}/${port.protocol}`);
    writer.line(0, 'Endpoints:', formatEndpoints(slices, port.name ?? ''));
  }
  writer.line(0, 'Session Affinity:', String(spec['sessionAffinity']));
  optional('External Traffic Policy', spec['externalTrafficPolicy']);
  optional('Internal Traffic Policy', spec['internalTrafficPolicy']);
  optional('HealthCheck NodePort', spec['healthCheckNodePort']);
  optional('LoadBalancer Source Ranges', spec['loadBalancerSourceRanges']);
};

const joined = (list: unknown): string => ((list ?? []) as string[]).join(',') || '<none>';

function ingressText(status: Readonly<Record<string, any>>): string {
  const ingress = (status['loadBalancer']?.ingress ?? []) as { ip?: string; ipMode?: string; hostname?: string }[];
  return ingress.map(({ ip, ipMode, hostname }) => (ip ? (ipMode ? `${ip} (${ipMode})` : ip) : (hostname ?? ''))).join(', ');
}

function slicesOf(service: Readonly<KubeObject>, context: DescribeContext): readonly Slice[] {
  const { name, namespace } = service.metadata;
  return context.api.list('endpointslices', {
    namespace,
    labelSelector: `kubernetes.io/service-name=${name}`,
  }) as unknown as readonly Slice[];
}

/** Ready endpoints of one Service port in the order of the slices, the first three by name. */
function formatEndpoints(slices: readonly Slice[], portName: string): string {
  if (slices.length === 0) return '<none>';
  const endpoints = slices.flatMap((slice) => {
    const ready = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).map(({ addresses }) => addresses[0]!);
    if (!slice.ports?.length) return ready;
    return slice.ports
      .filter(({ name }) => (name ?? '') === portName)
      .flatMap(({ port }) => ready.map((address) => hostPort(address, port)));
  });
  const more = endpoints.length - MAX_ENDPOINTS;
  const shown = endpoints.slice(0, MAX_ENDPOINTS).join(',');
  return more > 0 ? `${shown} + ${more} more...` : shown;
}

const hostPort = (address: string, port: number | undefined): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
