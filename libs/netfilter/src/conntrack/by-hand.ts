import { ICMP, TCP, type Address, type Prefix } from '@svclab/wire';
import { ConntrackUsageError, type ConntrackArguments, type ConntrackFilter } from './arguments.js';
import { CHANGE, STATUS, type ConntrackEntry, type Tuple } from './entry.js';
import { invert } from './tuple.js';

/** What `conntrack -I` and `-U` set. */
export interface EntryValues {
  readonly timeoutSeconds?: number;
  readonly mark?: number;
  readonly status?: number;
  readonly tcp?: ConntrackEntry['tcp'];
}

/** What the words set; for `-U` the tuple says which entries, all else what they become. */
export function entryValues({ filter, timeoutSeconds }: ConntrackArguments): EntryValues {
  return {
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(filter.mark && { mark: filter.mark.value }),
    ...(filter.status && { status: filter.status.reduce((bits, { set }) => bits | set, 0) }),
    ...(filter.state && { tcp: filter.state }),
  };
}

/** `-U` leaves alone what is already so. */
export const wouldChange = (entry: Readonly<ConntrackEntry>, { timeoutSeconds, mark, status = 0, tcp }: EntryValues): boolean =>
  timeoutSeconds !== undefined ||
  (mark !== undefined && mark !== entry.mark) ||
  (entry.status & status) !== status ||
  (tcp !== undefined && tcp !== entry.tcp);

/** The part of a filter that names a connection. */
export function tupleFilter({ mark: _mark, status: _status, state: _state, ...tuple }: ConntrackFilter): ConntrackFilter {
  return tuple;
}

/** An entry as `conntrack -I` describes it. Throws {@link ConntrackUsageError} for what is missing. */
export function describedEntry(parsed: ConntrackArguments, nowUs: number): Omit<ConntrackEntry, 'id'> {
  const { filter } = parsed;
  if (filter.protocol === undefined) throw missing('--protonum');
  const { original, reply } = describedTuples(filter);
  const { timeoutSeconds, mark = 0, status = 0, tcp } = entryValues(parsed);
  if (filter.protocol === TCP && !tcp) throw missing('--state');
  if (timeoutSeconds === undefined) throw missing('--timeout');
  const translated =
    (filter.srcNat && filter.srcNat !== 'any' ? STATUS.SRC_NAT : 0) | (filter.dstNat && filter.dstNat !== 'any' ? STATUS.DST_NAT : 0);
  return {
    original,
    reply,
    status: status | translated | STATUS.CONFIRMED | STATUS.SRC_NAT_DONE | STATUS.DST_NAT_DONE,
    mark,
    changes: CHANGE.NONE,
    expiresUs: nowUs + timeoutSeconds * 1_000_000,
    ...(tcp && { tcp }),
  };
}

function describedTuples(filter: ConntrackFilter): { readonly original: Tuple; readonly reply: Tuple } {
  const protocol = filter.protocol!;
  if (!filter.origSrc || !filter.origDst) throw new ConntrackUsageError("you have to specify `--src' and `--dst'");
  const original = { src: filter.origSrc.address, dst: filter.origDst.address, protocol, ...transport(filter, protocol) };
  const answer = invert(original);
  const src = addressOf(filter.dstNat) ?? filter.replySrc?.address ?? answer.src;
  const dst = addressOf(filter.srcNat) ?? filter.replyDst?.address ?? answer.dst;
  if (protocol === ICMP) return { original, reply: { ...answer, src, dst } };
  const sport = filter.dstNatPort ?? filter.replySport ?? answer.sport;
  const dport = filter.srcNatPort ?? filter.replyDport ?? answer.dport;
  return { original, reply: { src, dst, protocol, sport, dport } };
}

function transport(filter: ConntrackFilter, protocol: number): Pick<Tuple, 'sport' | 'dport'> {
  if (protocol === ICMP) {
    if (filter.icmpType === undefined) throw missing('--icmp-type');
    return { sport: filter.icmpId ?? 0, dport: filter.icmpType * 256 + (filter.icmpCode ?? 0) };
  }
  if (filter.sport === undefined || filter.dport === undefined)
    throw new ConntrackUsageError("you have to specify `--sport' and `--dport'");
  return { sport: filter.sport, dport: filter.dport };
}

const addressOf = (wanted: Prefix | 'any' | undefined): Address | undefined =>
  wanted === undefined || wanted === 'any' ? undefined : wanted.address;

const missing = (option: string): ConntrackUsageError =>
  new ConntrackUsageError(`You need to supply the \`${option}' option for this command`);
