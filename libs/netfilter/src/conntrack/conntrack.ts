import type { Sim, Table } from '@svclab/sim';
import { ACK, ICMP, TCP, UDP, type Address, type Packet } from '@svclab/wire';
import type { CtState, Skb, SkbConntrack } from '../types.js';
import { CHANGE, isExpired, STATUS, type ConntrackEntry, type Direction, type TcpState, type Tuple } from './entry.js';
import { nextTcpState, segmentOf } from './tcp.js';
import type { BurstSegment } from '../passage.js';
import type { EntryValues } from './by-hand.js';
import type { EventLog } from './event-log.js';
import { ConntrackSettings, type SysctlReader } from './timeouts.js';
import { TupleIndex } from './tuple-index.js';
import { invert, isIcmpError, isIcmpRequest, tupleOfPacket } from './tuple.js';

/** What `conntrack -S` adds up, and where the next entry's id comes from. Table `nf.conntrack-statistics`, key = netns. */
export interface ConntrackStatistics {
  nextId: number;
  invalid: number;
  insertFailed: number;
  drop: number;
  earlyDrop: number;
}

/** Told of what `conntrack -E` shows: one event for all that a packet changed. */
export interface ConntrackEvent {
  readonly kind: 'NEW' | 'UPDATE' | 'DESTROY';
  /** Of TCP: the event tells the state, since that has changed (Linux: `IPCT_PROTOINFO`). */
  readonly withState: boolean;
  readonly netns: string;
  readonly entry: Readonly<ConntrackEntry>;
}

/** A connection, and in which of its directions a tuple goes. */
export interface Found {
  readonly entry: ConntrackEntry;
  readonly direction: Direction;
}

/** Expired entries are looked for once per this many new ones, so that they cannot pile up. */
const SWEEP_INTERVAL = 256;

/** What a packet was to its connection; `repeat`: it ended an old one and opens anew. */
type Progress = 'ok' | 'invalid' | 'repeat';

/**
 * Connection tracking (Linux: net/netfilter/nf_conntrack_core.c and its protocol files).
 * An entry is made by the first packet, but enters the table only when that packet has
 * passed every rule (`confirm`): what is dropped or rejected leaves nothing behind.
 *
 * Simplification: every segment of the simulated stack lies inside its TCP window, so windows are not followed.
 */
export class Conntrack {
  readonly #entries: Table<ConntrackEntry>;
  readonly #statistics: Table<ConntrackStatistics>;
  readonly #indexes = new Map<string, TupleIndex>();
  readonly #settings: ConntrackSettings;
  /** Where events go; building them costs nothing while nobody listens. */
  onEvent: ((event: ConntrackEvent) => void) | undefined;

  constructor(
    private readonly sim: Sim,
    sysctl: SysctlReader,
    private readonly eventLog: EventLog,
  ) {
    this.#settings = new ConntrackSettings(sysctl);
    this.#entries = sim.store.table('nf.conntrack');
    this.#statistics = sim.store.table('nf.conntrack-statistics');
    this.#entries.subscribe((key, before, after) => {
      const index = this.#index(key.slice(0, key.lastIndexOf('|')));
      if (before) index.remove(before);
      if (after) index.add(after, key);
    });
  }

  /** `nf_conntrack_in`: finds or makes the packet's connection and hangs it on the packet. */
  track(netns: string, skb: Skb): { readonly created: boolean; readonly verdict: 'ACCEPT' | 'DROP' } {
    // A packet that comes back through the loopback device brings its connection along.
    if (skb.ct || skb.untracked) return SEEN;
    if (isIcmpError(skb.packet)) {
      skb.ct = this.#relatedTo(netns, skb.packet);
      return SEEN;
    }
    const tuple = tupleOfPacket(skb.packet);
    if (tuple === undefined) return SEEN;
    // A SYN may end an old connection of the same ports; the second turn then makes the new one.
    for (let turn = 0; turn < 2; turn++) {
      const found = this.find(netns, tuple);
      const entry = found?.entry ?? this.#open(netns, tuple, skb.packet);
      if (entry === undefined) return SEEN;
      if (entry === 'full') return DROPPED;
      const direction = found?.direction ?? 'ORIGINAL';
      const state = stateOf(entry, direction);
      const progress = this.#advance(netns, entry, direction, skb.packet);
      if (progress === 'repeat') continue;
      if (progress === 'invalid') return SEEN;
      skb.ct = { netns, id: entry.id, direction, state, entry };
      return found ? SEEN : CREATED;
    }
    return SEEN;
  }

  /** `nf_conntrack_confirm`: the packet has passed all rules, so its connection enters the table. False: drop it. */
  confirm(netns: string, skb: Skb): boolean {
    const ct = skb.ct;
    if (!ct) return true;
    const { entry } = ct;
    if (entry.status & STATUS.CONFIRMED || ct.direction === 'REPLY') {
      this.#tellChanges(netns, entry);
      return true;
    }
    if (this.find(netns, entry.original) || this.find(netns, entry.reply)) {
      this.#count(netns).insertFailed++;
      return false;
    }
    entry.status |= STATUS.CONFIRMED;
    entry.changes = CHANGE.NONE;
    this.#entries.put(keyOf(netns, entry.id), entry);
    this.#tell('NEW', netns, entry);
    if (entry.id % SWEEP_INTERVAL === 0) this.expire(netns);
    return true;
  }

  /**
   * `nf_ct_attach`: an answer that the kernel itself makes to `cause` (an ICMP error, a reset)
   * belongs to the same connection, in the other direction, even before that is confirmed.
   * A reset closes it (`nf_conntrack_tcp_set_closing`).
   */
  attach(answer: Skb, cause: Skb): void {
    const ct = cause.ct;
    answer.ct = ct && { ...ct, direction: ct.direction === 'ORIGINAL' ? 'REPLY' : 'ORIGINAL', state: 'RELATED' };
    if (!ct || answer.packet.protocol !== TCP || !(ct.entry.status & STATUS.CONFIRMED) || ct.entry.tcp === 'CLOSE') return;
    const closed = this.change(ct.netns, ct.entry);
    closed.tcp = 'CLOSE';
    closed.changes |= CHANGE.STATE;
    this.#refresh(ct.netns, ct.entry, this.#settings.tcpTimeoutUs(ct.netns, 'CLOSE'));
  }

  /** The live connection with this tuple, in either direction. */
  find(netns: string, tuple: Tuple): Found | undefined {
    const found = this.#indexes.get(netns)?.find(tuple);
    if (found && isExpired(found.entry, this.sim.nowUs)) {
      this.remove(netns, found.entry);
      return undefined;
    }
    return found;
  }

  /**
   * The connection to which a TCP packet with `tuple` belongs as an ordinary part of an established one; `undefined` when
   * there is none, or when the packet would open, end or offend it. Changes nothing.
   */
  established(netns: string, tuple: Tuple, tcpFlags: number): Found | undefined {
    const found = this.#indexes.get(netns)?.find(tuple);
    if (!found || isExpired(found.entry, this.sim.nowUs) || stateOf(found.entry, found.direction) !== 'ESTABLISHED') return undefined;
    const segment = segmentOf(tcpFlags);
    if (segment === 'syn' || segment === 'rst') return undefined;
    return nextTcpState(found.direction, segment, found.entry.tcp ?? 'NONE') === 'invalid' ? undefined : found;
  }

  /** What {@link track} and {@link confirm} do with such a packet. */
  pass(netns: string, { entry, direction }: Found, packet: Packet): void {
    this.#advance(netns, entry, direction, packet);
    this.#tellChanges(netns, entry);
  }

  /** Whether {@link passAll} would do all that there is to do: nothing invalid or ignored among `segments`, nobody told of each. */
  mayPassAll(netns: string, { entry, direction }: Found, segments: readonly BurstSegment[]): boolean {
    if (this.onEvent || this.eventLog.isWatched(netns)) return false;
    let state = entry.tcp ?? 'NONE';
    for (const { isForth, tcpFlags } of segments) {
      const next = nextTcpState(isForth ? direction : OPPOSITE[direction], segmentOf(tcpFlags), state);
      if (next === 'invalid' || next === 'ignored') return false;
      state = next;
    }
    return true;
  }

  /** What {@link pass} does with each of `segments` in turn, the last of them sent at `lastUs`. `forth` is the direction of the first kind. */
  passAll(netns: string, { entry, direction: forth }: Found, segments: readonly BurstSegment[], lastUs: number): void {
    const changed = this.change(netns, entry);
    for (const { isForth, tcpFlags, hasData } of segments) {
      const direction = isForth ? forth : OPPOSITE[forth];
      const before = changed.tcp ?? 'NONE';
      const after = nextTcpState(direction, segmentOf(tcpFlags), before) as TcpState;
      changed.tcp = after;
      this.#assure(changed, before, after);
      noteData(changed, direction, tcpFlags, hasData);
    }
    changed.changes = CHANGE.NONE;
    changed.expiresUs = lastUs + this.#tcpTimeoutUs(netns, changed, changed.tcp!);
  }

  /** `nf_nat_used_tuple`: whether answers to `tuple` would be taken for another connection's. */
  isTaken(netns: string, tuple: Tuple, ignored: ConntrackEntry): boolean {
    const found = this.find(netns, invert(tuple));
    return found !== undefined && found.entry.id !== ignored.id;
  }

  /** Live entries, oldest first. Changes nothing. */
  list(netns: string): Readonly<ConntrackEntry>[] {
    const nowUs = this.sim.nowUs;
    return this.#indexes.get(netns)?.select((entry) => !isExpired(entry, nowUs)) ?? [];
  }

  remove(netns: string, entry: Readonly<ConntrackEntry>): void {
    if (this.#entries.delete(keyOf(netns, entry.id))) this.#tell('DESTROY', netns, entry);
  }

  flush(netns: string): void {
    for (const entry of this.#index(netns).select(() => true)) this.remove(netns, entry);
  }

  /** `conntrack -I`; false when one of its tuples is taken. */
  insert(netns: string, described: Omit<ConntrackEntry, 'id'>): boolean {
    if (this.find(netns, described.original) || this.find(netns, described.reply)) return false;
    const entry = { ...described, id: this.#count(netns).nextId++ };
    this.#entries.put(keyOf(netns, entry.id), entry);
    this.#tell('NEW', netns, entry);
    return true;
  }

  /** `conntrack -U`. */
  update(netns: string, entry: ConntrackEntry, { timeoutSeconds, mark, status, tcp }: EntryValues): void {
    const changed = this.change(netns, entry);
    if (timeoutSeconds !== undefined) changed.expiresUs = this.sim.nowUs + timeoutSeconds * 1_000_000;
    if (mark !== undefined) changed.mark = mark;
    if (status !== undefined) changed.status |= status;
    if (tcp !== undefined) changed.tcp = tcp;
    this.#tell('UPDATE', netns, entry, tcp !== undefined);
  }

  /** Forgets connections whose time is up (`gc_worker`). */
  expire(netns: string): void {
    const nowUs = this.sim.nowUs;
    for (const entry of this.#index(netns).select((each) => isExpired(each, nowUs))) this.remove(netns, entry);
  }

  /** Forgets a namespace that goes away, its statistics too. */
  forget(netns: string): void {
    for (const key of this.#entries.keysWithPrefix(`${netns}|`)) this.#entries.delete(key);
    this.#statistics.delete(netns);
    this.eventLog.forget(netns);
    this.#indexes.delete(netns);
  }

  statistics(netns: string): Readonly<ConntrackStatistics> {
    return this.#statistics.get(netns) ?? NO_STATISTICS;
  }

  /**
   * The answers to a packet not yet confirmed will come from somebody else (`ip_vs_update_conntrack`,
   * `nf_conntrack_alter_reply`): the virtual server translates by itself, and netfilter takes no notice of it.
   */
  expectAnswerFrom({ entry }: SkbConntrack, address: Address, port: number): void {
    if (entry.status & STATUS.CONFIRMED) return;
    entry.reply = { ...entry.reply, src: address, sport: port };
  }

  /** `-j CONNMARK`. */
  setMark(ct: SkbConntrack, mark: number): void {
    if (ct.entry.mark === mark) return;
    const changed = this.change(ct.netns, ct.entry);
    changed.mark = mark;
    changed.changes |= CHANGE.OTHER;
  }

  /** An entry about to be changed: noted in the transaction once it is in the table. */
  change(netns: string, entry: ConntrackEntry): ConntrackEntry {
    const tracked = this.#indexes.get(netns)?.tracked(entry.id);
    if (tracked?.entry !== entry || tracked.editableIn === this.#entries.transaction) return entry;
    tracked.editableIn = this.#entries.transaction;
    return this.#entries.edit(tracked.key);
  }

  #open(netns: string, tuple: Tuple, packet: Packet): ConntrackEntry | 'full' | undefined {
    const index = this.#index(netns);
    const limit = this.#settings.value(netns, 'nf_conntrack_max');
    const statistics = this.#count(netns);
    if (index.connections >= limit && !this.#makeRoom(netns, index, limit)) {
      statistics.drop++;
      return 'full';
    }
    if (packet.protocol === ICMP && !isIcmpRequest(packet)) return undefined;
    return {
      id: statistics.nextId++,
      original: tuple,
      reply: invert(tuple),
      status: 0,
      mark: 0,
      changes: CHANGE.NONE,
      expiresUs: Infinity,
    };
  }

  /** `early_drop`: a connection that nobody has confirmed by an answer and more gives way to a new one. */
  // Simplification: the oldest that is not ASSURED goes; the kernel looks through eight buckets of a secret hash and may find none.
  #makeRoom(netns: string, index: TupleIndex, limit: number): boolean {
    this.expire(netns);
    if (index.connections < limit) return true;
    const [victim] = index.select(({ status }) => !(status & STATUS.ASSURED));
    if (!victim) return false;
    this.remove(netns, victim);
    this.#count(netns).earlyDrop++;
    return true;
  }

  #advance(netns: string, entry: ConntrackEntry, direction: Direction, packet: Packet): Progress {
    const progress = this.#protocolStep(netns, entry, direction, packet);
    if (progress === 'ok' && direction === 'REPLY' && !(entry.status & STATUS.SEEN_REPLY)) {
      const changed = this.change(netns, entry);
      changed.status |= STATUS.SEEN_REPLY;
      changed.changes |= CHANGE.OTHER;
    }
    return progress;
  }

  #protocolStep(netns: string, entry: ConntrackEntry, direction: Direction, packet: Packet): Progress {
    switch (packet.protocol) {
      case TCP:
        return this.#tcpStep(netns, entry, direction, packet);
      case UDP:
        return this.#udpStep(netns, entry);
      case ICMP:
        return this.#refresh(netns, entry, this.#settings.timeoutUs(netns, 'nf_conntrack_icmp_timeout'));
      default:
        return this.#refresh(netns, entry, this.#settings.timeoutUs(netns, 'nf_conntrack_generic_timeout'));
    }
  }

  #tcpStep(netns: string, entry: ConntrackEntry, direction: Direction, packet: Packet): Progress {
    const before = entry.tcp ?? 'NONE';
    const segment = segmentOf(packet.tcpFlags);
    const after = nextTcpState(direction, segment, before);
    if (after === 'ignored') return 'ok';
    if (after === 'invalid') {
      this.#count(netns).invalid++;
      return 'invalid';
    }
    if (after === 'SYN_SENT' && (before === 'TIME_WAIT' || before === 'CLOSE')) {
      this.remove(netns, entry);
      return 'repeat';
    }
    // A repeated SYN does not keep an unanswered entry alive.
    if (after === 'SYN_SENT' && before === 'SYN_SENT') return 'ok';
    const changed = this.change(netns, entry);
    changed.tcp = after;
    if (before !== after) changed.changes |= CHANGE.STATE;
    if (!(entry.status & STATUS.SEEN_REPLY) && segment === 'rst') {
      this.remove(netns, entry);
      return 'ok';
    }
    this.#assure(changed, before, after);
    noteData(changed, direction, packet.tcpFlags, packet.payload !== '');
    return this.#refresh(netns, entry, this.#tcpTimeoutUs(netns, entry, after));
  }

  /** A connection is assured by the first packet after the handshake, or by the second of one picked up midway. */
  #assure(entry: ConntrackEntry, before: TcpState, after: TcpState): void {
    const opened = after === 'ESTABLISHED' && (before === 'SYN_RECV' || before === 'ESTABLISHED');
    if (!opened || !(entry.status & STATUS.SEEN_REPLY) || entry.status & STATUS.ASSURED) return;
    entry.status |= STATUS.ASSURED;
    entry.changes |= CHANGE.OTHER;
  }

  /** Data that nobody acknowledges, or a connection that nobody answers, is not waited for as long as a live one. */
  #tcpTimeoutUs(netns: string, entry: ConntrackEntry, state: TcpState): number {
    const timeoutUs = this.#settings.tcpTimeoutUs(netns, state);
    const isLive = state !== 'ESTABLISHED' || (entry.status & STATUS.SEEN_REPLY) !== 0;
    if (isLive && !entry.unacknowledged) return timeoutUs;
    return Math.min(timeoutUs, this.#settings.timeoutUs(netns, 'nf_conntrack_tcp_timeout_unacknowledged'));
  }

  #udpStep(netns: string, entry: ConntrackEntry): Progress {
    const nowUs = this.sim.nowUs;
    if (entry.streamUs === undefined) this.change(netns, entry).streamUs = nowUs + 2_000_000;
    const isStream = (entry.status & STATUS.SEEN_REPLY) !== 0 && nowUs > entry.streamUs!;
    this.#refresh(netns, entry, this.#settings.timeoutUs(netns, isStream ? 'nf_conntrack_udp_timeout_stream' : 'nf_conntrack_udp_timeout'));
    if (!isStream || entry.status & STATUS.ASSURED) return 'ok';
    const changed = this.change(netns, entry);
    changed.status |= STATUS.ASSURED;
    changed.changes |= CHANGE.OTHER;
    return 'ok';
  }

  #refresh(netns: string, entry: ConntrackEntry, timeoutUs: number): Progress {
    this.change(netns, entry).expiresUs = this.sim.nowUs + timeoutUs;
    return 'ok';
  }

  /** An ICMP error belongs to the connection of the packet it complains about. */
  #relatedTo(netns: string, packet: Packet): SkbConntrack | undefined {
    const inner = packet.inner && tupleOfPacket(packet.inner);
    const found = inner && this.find(netns, invert(inner));
    if (!found) return undefined;
    return { netns, id: found.entry.id, direction: found.direction, state: 'RELATED', entry: found.entry };
  }

  #index(netns: string): TupleIndex {
    let index = this.#indexes.get(netns);
    if (!index) this.#indexes.set(netns, (index = new TupleIndex()));
    return index;
  }

  #count(netns: string): ConntrackStatistics {
    if (!this.#statistics.has(netns)) this.#statistics.put(netns, { ...NO_STATISTICS });
    return this.#statistics.edit(netns);
  }

  /** `nf_ct_deliver_cached_events`: what a dropped packet changed is told when the next one of its connection passes. */
  #tellChanges(netns: string, entry: ConntrackEntry): void {
    const { changes } = entry;
    // An entry that this very packet ended has had its last event.
    if (changes === CHANGE.NONE || this.#indexes.get(netns)?.tracked(entry.id)?.entry !== entry) return;
    this.change(netns, entry).changes = CHANGE.NONE;
    this.#tell('UPDATE', netns, entry, (changes & CHANGE.STATE) !== 0);
  }

  /** Unconfirmed entries are nobody's business yet. */
  #tell(kind: ConntrackEvent['kind'], netns: string, entry: Readonly<ConntrackEntry>, withState = true): void {
    if (!(entry.status & STATUS.CONFIRMED)) return;
    const isLogged = this.eventLog.isWatched(netns);
    if (!this.onEvent && !isLogged) return;
    const event = { kind, withState, netns, entry: { ...entry } };
    this.onEvent?.(event);
    if (isLogged) this.eventLog.note(event);
  }
}

// Simplification: any acknowledgement counts as one of everything sent; sequence numbers are not followed.
function noteData(entry: ConntrackEntry, direction: Direction, tcpFlags: number, hasData: boolean): void {
  const [sender, receiver] = direction === 'ORIGINAL' ? [1, 2] : [2, 1];
  const before = entry.unacknowledged ?? 0;
  const after = (before | (hasData ? sender : 0)) & (tcpFlags & ACK ? ~receiver : ~0);
  if (after !== before) entry.unacknowledged = after;
}

const OPPOSITE = { ORIGINAL: 'REPLY', REPLY: 'ORIGINAL' } as const;
const SEEN = { created: false, verdict: 'ACCEPT' } as const;
const CREATED = { created: true, verdict: 'ACCEPT' } as const;
const DROPPED = { created: false, verdict: 'DROP' } as const;
const NO_STATISTICS: ConntrackStatistics = { nextId: 1, invalid: 0, insertFailed: 0, drop: 0, earlyDrop: 0 };

const keyOf = (netns: string, id: number): string => `${netns}|${String(id).padStart(10, '0')}`;

const stateOf = (entry: ConntrackEntry, direction: Direction): CtState =>
  direction === 'REPLY' || entry.status & STATUS.SEEN_REPLY ? 'ESTABLISHED' : 'NEW';
