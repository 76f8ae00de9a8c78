import { canonicalJson } from '@svclab/sim';
import { endpointIdentity, type SliceEndpoint } from './endpoint.js';

/** A slice as far as packing goes. `labelsChanged` forces a write although its endpoints stay. */
export interface PackedSlice {
  readonly name: string;
  readonly endpoints: readonly SliceEndpoint[];
  readonly labelsChanged: boolean;
}

export interface Packing {
  readonly create: readonly (readonly SliceEndpoint[])[];
  readonly update: ReadonlyMap<string, readonly SliceEndpoint[]>;
  /** Names of slices that have become empty. */
  readonly remove: readonly string[];
}

/**
 * Puts the wanted endpoints of one port group into slices of at most `capacity`: what is there keeps its
 * place, new ones fill slices that are written anyway, fullest first; slices are never merged
 * (k8s.io/endpointslice/reconciler.go reconcileByPortMapping).
 */
export function packEndpoints(slices: readonly PackedSlice[], wanted: readonly SliceEndpoint[], capacity: number): Packing {
  const missing = new Map(wanted.map((endpoint) => [endpointIdentity(endpoint), endpoint]));
  const update = new Map<string, SliceEndpoint[]>();
  const unchanged: PackedSlice[] = [];
  const remove: string[] = [];
  for (const slice of slices) {
    const kept = keptEndpoints(slice, missing);
    if (kept.length === 0) remove.push(slice.name);
    else if (slice.labelsChanged || canonicalJson(kept) !== canonicalJson(slice.endpoints)) update.set(slice.name, kept);
    else unchanged.push(slice);
  }
  const added = [...missing.values()];
  fillFullestFirst([...update.values()], added, capacity);
  const create: SliceEndpoint[][] = [];
  while (added.length > 0) {
    const roomy = added.length < capacity ? closestToFull(unchanged, added.length, capacity) : undefined;
    const batch = added.splice(0, capacity);
    if (roomy) update.set(roomy.name, [...roomy.endpoints, ...batch]);
    else create.push(batch);
  }
  return { create, update, remove };
}

/** The endpoints of a slice that are still wanted, in their new form; they are no longer missing. */
function keptEndpoints(slice: PackedSlice, missing: Map<string, SliceEndpoint>): SliceEndpoint[] {
  return slice.endpoints.flatMap((endpoint) => {
    const identity = endpointIdentity(endpoint);
    const wanted = missing.get(identity);
    missing.delete(identity);
    return wanted ? [wanted] : [];
  });
}

function fillFullestFirst(slices: SliceEndpoint[][], added: SliceEndpoint[], capacity: number): void {
  for (const endpoints of slices.toSorted((a, b) => b.length - a.length)) {
    endpoints.push(...added.splice(0, Math.max(0, capacity - endpoints.length)));
  }
}

function closestToFull(slices: readonly PackedSlice[], count: number, capacity: number): PackedSlice | undefined {
  const room = (slice: PackedSlice): number => capacity - slice.endpoints.length - count;
  return slices.filter((slice) => room(slice) >= 0).toSorted((a, b) => room(a) - room(b))[0];
}
