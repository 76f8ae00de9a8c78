import type { ExchangeResult } from './agent-protocol.js';

/** What can be seen after one exchange, with all that may rightly differ taken out. The same for both kernels. */
export interface Observation {
  readonly exchange: ExchangeResult;
  /** By namespace, each list in the order of its tool. */
  readonly namespaces: ReadonlyMap<string, NamespaceObservation>;
}

export interface NamespaceObservation {
  /** `iptables-save -c` without its comments: every rule with its counters. */
  readonly rules: readonly string[];
  /** `ipset save` and `nfacct list`: what rules count and note beside their own counters. */
  readonly objects: readonly string[];
  /** `nft list` of native tables: what rules have put into sets. */
  readonly native: readonly string[];
  readonly connections: readonly Connection[];
  /** What `conntrack -E` showed meanwhile. */
  readonly events: readonly Connection[];
}

/** A line of `conntrack -L` or `-E`. */
export interface Connection {
  /** The line without its time-out and reference count; ports that a kernel drew by chance are `Q`, `Q511` or `Q1023`. */
  readonly shape: string;
  /** Time left; −1 where none is told. */
  readonly seconds: number;
}

/** Ports and echo identifiers that the harness chose or knows: every other one was drawn by chance. */
export type KnownPorts = ReadonlySet<number>;

export const rulesIn = (save: string): string[] => save.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** Members of sets by their text, without the ports that chance drew: a hash table has no order of its own. */
export const objectsIn = (sets: string, accounts: string, known: KnownPorts): string[] => [
  ...sets
    .split('\n')
    .filter((line) => line.startsWith('add '))
    .map((line) =>
      line.replace(/(,(?:tcp|udp):|^add ports )(\d+)/, (whole, head: string, port: string) =>
        known.has(Number(port)) ? whole : `${head}Q`,
      ),
    )
    .toSorted(),
  ...accounts.split('\n').filter(Boolean).toSorted(),
];

/** Sorted by shape: a hash table has no order of its own. */
export const connectionsIn = (listing: string, known: KnownPorts): Connection[] =>
  listing
    .split('\n')
    .filter(Boolean)
    .map((line) => connectionOf(line, known))
    .toSorted(byShape);

export function eventOf(line: string, known: KnownPorts): Connection {
  const { shape, seconds } = connectionOf(line.replace(/ mark=0\b/, ''), known);
  // An entry that goes has no time left that anybody could compare.
  return shape.startsWith('[DESTROY]') ? { shape, seconds: -1 } : { shape, seconds };
}

function connectionOf(line: string, known: KnownPorts): Connection {
  const tidy = line
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/ use=\d+/, '');
  const match = /^((?:\[\w+\] )?\w+ \d+) (\d+) (.*)$/.exec(tidy);
  const [, head = '', seconds = '-1', rest = tidy] = match ?? [];
  return { shape: `${head} ${withoutDrawnPorts(rest, known)}`.trim(), seconds: Number(seconds) };
}

function withoutDrawnPorts(text: string, known: KnownPorts): string {
  const first = /\b(?:sport|id)=(\d+)/.exec(text)?.[1];
  let seen = 0;
  return text.replace(/\b([sd]port|id)=(\d+)/g, (whole, name: string, port: string) => {
    // Of an answer, the client's end was drawn unless it is the client's own; that it equals another known one is chance too.
    const isClientEndOfAnswer = ++seen === (name === 'id' ? 2 : 4);
    const kept = known.has(Number(port)) && (!isClientEndOfAnswer || port === first);
    return kept ? whole : `${name}=${name === 'id' ? 'Q' : drawn(port)}`;
  });
}

/** A port that chance drew, by the range it comes from: NAT leaves low ports among themselves (nf_nat_l4proto_unique_tuple). */
const drawn = (port: string): string => (Number(port) < 512 ? 'Q511' : Number(port) < 1024 ? 'Q1023' : 'Q');

export function exchangeShape({ outcome, errno, local, server }: ExchangeResult, known: KnownPorts): string {
  const seen = server.replace(/:(\d+)$/, (whole, port: string) => (known.has(Number(port)) ? whole : `:${drawn(port)}`));
  return [outcome, errno, local && `from ${local}`, seen && `answered by ${seen}`].filter(Boolean).join(' ');
}

const byShape = (a: Connection, b: Connection): number => (a.shape < b.shape ? -1 : Number(a.shape > b.shape)) || a.seconds - b.seconds;
