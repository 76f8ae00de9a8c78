import { destinationText, sourceText } from './packet-words.js';
import type { NatStep, PathHop, PathStep } from './path-view.js';

/** One direction of a conntrack entry, ends as text. */
export interface ConntrackTuple {
  readonly direction: 'original' | 'reply';
  readonly source: string;
  readonly destination: string;
  /** The end that NAT has just written. */
  readonly changed?: 'source' | 'destination';
}

/**
 * Both tuples of an entry as it stands after a step. `entry` is the line that conntrack told when the packet met it; what NAT
 * has settled in this hop since then turns its reply around.
 */
export function conntrackTuples(entry: string, hop: PathHop, step: PathStep): readonly ConntrackTuple[] | undefined {
  const ends = tuplesIn(entry);
  if (!ends) return undefined;
  const [original, reply] = ends;
  let settled: ConntrackTuple = { direction: 'reply', ...reply };
  for (const { content, index } of hop.steps) {
    const nat = content.kind === 'table' ? content.nat : content.kind === 'nat' ? content : undefined;
    if (nat && index <= step.index && nat.origin !== 'conntrack') settled = afterNat(settled, nat, index === step.index);
  }
  return [{ direction: 'original', ...original }, settled];
}

/** A rewritten destination answers as source, a rewritten source is answered to. */
function afterNat({ direction, source, destination }: ConntrackTuple, { manip, after }: NatStep, now: boolean): ConntrackTuple {
  return manip === 'DST'
    ? { direction, source: destinationText(after), destination, ...(now && { changed: 'source' }) }
    : { direction, source, destination: sourceText(after), ...(now && { changed: 'destination' }) };
}

/** `src=… dst=… sport=… dport=…`, twice; ICMP has no ports. */
function tuplesIn(entry: string): readonly [Ends, Ends] | undefined {
  const found = [...entry.matchAll(/src=(\S+) dst=(\S+)(?: sport=(\d+) dport=(\d+))?/g)].map(([, src, dst, sport, dport]) => ({
    source: sport === undefined ? src! : endpointOf(src!, sport),
    destination: dport === undefined ? dst! : endpointOf(dst!, dport),
  }));
  return found.length === 2 ? [found[0]!, found[1]!] : undefined;
}

type Ends = Pick<ConntrackTuple, 'source' | 'destination'>;

const endpointOf = (address: string, port: string): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
