import { formatAddress, parsePrefix } from '@svclab/wire';
import type { ControllerContext } from '../context.js';
import { ReconcileQueue } from '../reconcile-queue.js';

/** kube-controller-manager --node-cidr-mask-size-ipv4. */
const NODE_CIDR_LENGTH = 24;

/** Table `nodeipam.cursor`: where the search for a free block goes on. */
interface Cursor {
  next: number;
}

/**
 * Gives each node its podCIDR: blocks of /24 in the order of registration; a block that was freed is used
 * again only after the range has been gone through (pkg/controller/nodeipam/ipam/range_allocator.go).
 */
export function registerNodeIpamController({ sim, api }: ControllerContext): void {
  const cursors = sim.store.table<Cursor>('nodeipam.cursor');
  const taken = new Set<string | undefined>(api.list('nodes').map((each) => each.spec?.['podCIDR']));
  const queue = new ReconcileQueue(sim, (name) => {
    const node = api.get('nodes', undefined, name);
    if (!node || node.spec?.['podCIDR']) return;
    const block = freeBlock(api.config.podCidr, taken, cursors.get('next')?.next ?? 0);
    if (!block) return;
    cursors.put('next', { next: block.index + 1 });
    api.update('nodes', { ...node, spec: { ...node.spec, podCIDR: block.cidr, podCIDRs: [block.cidr] } });
  });
  api.subscribe(({ type, resource, object, previous }) => {
    if (resource.plural !== 'nodes') return;
    const [before, after] = [previous?.spec?.['podCIDR'] as string | undefined, object.spec?.['podCIDR'] as string | undefined];
    if (type === 'DELETED' || before !== after) taken.delete(before);
    if (type === 'DELETED') return;
    taken.add(after);
    if (after === undefined) queue.add(object.metadata.name);
  });
}

/** The first block at or after `start`, wrapping, that no node has. */
export function freeBlock(
  podCidr: string,
  taken: ReadonlySet<string | undefined>,
  start: number,
): { readonly index: number; readonly cidr: string } | undefined {
  const range = parsePrefix(podCidr);
  if (!range.ok || typeof range.value.address !== 'number' || range.value.length > NODE_CIDR_LENGTH) return undefined;
  const blocks = 2 ** (NODE_CIDR_LENGTH - range.value.length);
  for (let i = 0; i < blocks; i++) {
    const index = (start + i) % blocks;
    const cidr = `${formatAddress(range.value.address + index * 2 ** (32 - NODE_CIDR_LENGTH))}/${NODE_CIDR_LENGTH}`;
    if (!taken.has(cidr)) return { index, cidr };
  }
  return undefined;
}
