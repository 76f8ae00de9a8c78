import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { KubeObject } from '@svclab/kube-api';

const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';

type SliceEndpoint = { readonly nodeName?: string; readonly conditions?: { readonly ready?: boolean } };

/**
 * The node that answers for a Service's address, as MetalLB elects it in layer 2 mode
 * (speaker/layer2_controller.go ShouldAnnounce): among the nodes that may, the first by a hash of node and
 * address, so that addresses spread over nodes and all speakers agree. `undefined` when no endpoint is ready, or
 * with externalTrafficPolicy Local none on any node that may.
 */
export function electNode(
  service: Readonly<KubeObject>,
  address: string,
  nodes: readonly Readonly<KubeObject>[],
  slices: readonly Readonly<KubeObject>[],
): string | undefined {
  const ready = slices
    .flatMap((slice) => (slice['endpoints'] ?? []) as readonly SliceEndpoint[])
    .filter(({ conditions }) => conditions?.ready ?? true);
  if (ready.length === 0) return undefined;
  const onlyLocal = service.spec?.['externalTrafficPolicy'] === 'Local';
  const withEndpoint = new Set(ready.map(({ nodeName }) => nodeName));
  const candidates = nodes
    .filter((node) => mayAnnounce(node) && (!onlyLocal || withEndpoint.has(node.metadata.name)))
    .map(({ metadata: { name } }) => ({ name, hash: bytesToHex(sha256(utf8ToBytes(`${name}#${address}`))) }));
  return candidates.toSorted((a, b) => (a.hash < b.hash ? -1 : 1))[0]?.name;
}

function mayAnnounce({ metadata, status }: Readonly<KubeObject>): boolean {
  const conditions: readonly { readonly type: string; readonly status: string }[] = status?.['conditions'] ?? [];
  const isReady = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  return isReady && metadata.labels?.[EXCLUDE_LABEL] === undefined && metadata.deletionTimestamp === undefined;
}
