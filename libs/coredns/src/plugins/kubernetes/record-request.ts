import { dnsLabels } from '@svclab/wire';

/** What a name below the cluster's zone asks for. Empty where the name does not go that far. */
export interface RecordRequest {
  readonly kind: '' | 'svc' | 'pod';
  readonly namespace: string;
  /** The Service, or of a pod's name the address with dashes. */
  readonly service: string;
  readonly endpoint: string;
  readonly port: string;
  readonly protocol: string;
}

const NOTHING: RecordRequest = { kind: '', namespace: '', service: '', endpoint: '', port: '', protocol: '' };

/**
 * Takes apart `[_port._protocol. | endpoint.]service.namespace.svc|pod` before the zone; `undefined` for a name
 * that no record can have. `name` in lower case. Source: CoreDNS `plugin/kubernetes/parse.go`, `parseRequest`.
 */
export function parseRecordRequest(name: string, zone: string): RecordRequest | undefined {
  const labels = dnsLabels(name).slice(0, dnsLabels(name).length - dnsLabels(zone).length);
  const kind = labels.pop();
  if (kind === undefined) return NOTHING;
  if (kind !== 'svc' && kind !== 'pod') return undefined;
  const namespace = labels.pop();
  if (namespace === undefined) return NOTHING;
  const request = { ...NOTHING, kind, namespace, service: labels.pop() ?? '' } as const;
  if (labels.length > 2) return undefined;
  const [first, second] = labels as [string?, string?];
  if (first === undefined) return request;
  if (second === undefined) return { ...request, endpoint: first };
  return { ...request, port: withoutUnderscore(first), protocol: withoutUnderscore(second) };
}

const withoutUnderscore = (label: string): string => label.replace(/^_/, '');
