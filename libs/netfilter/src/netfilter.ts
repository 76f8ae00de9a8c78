import type { Sim } from '@svclab/sim';
import { ICMP, type Packet } from '@svclab/wire';
import { DrawnChance } from './chance.js';
import { ACCEPT } from './accept.js';
import { Conntrack, type ConntrackEvent } from './conntrack/conntrack.js';
import type { Tuple } from './conntrack/entry.js';
import { listConnection, type ConntrackListing } from './conntrack/listing.js';
import { formatEntry } from './conntrack/format.js';
import { EventLog } from './conntrack/event-log.js';
import { ConntrackEventStream } from './conntrack/event-stream.js';
import { eventsAsked, runConntrack } from './conntrack/tool.js';
import { TABLES } from './hooks.js';
import { runIptables } from './iptables/command.js';
import type { IptablesContext } from './iptables/context.js';
import type { KernelServices } from './iptables/extension.js';
import { runIptablesRestore } from './iptables/restore.js';
import { runIptablesSave } from './iptables/save.js';
import { listRules, type RuleListing } from './iptables/rule-listing.js';
import { IpSets } from './ipset/ip-sets.js';
import { runIpset } from './ipset/tool.js';
import { Ipvs } from './ipvs/ipvs.js';
import { listVirtualServices, type VirtualServiceListing } from './ipvs/listing.js';
import { runIpvsadm } from './ipvs/tool/tool.js';
import { KernelLog, type KernelLogLine } from './kernel-log.js';
import { Nat, translated, type Manip } from './nat/nat.js';
import { Accounting } from './nfacct/accounting.js';
import { runNfacct } from './nfacct/tool.js';
import { RecentLists } from './recent/recent-lists.js';
import { listNatively, type NativeListing } from './nftables/native-listing.js';
import { NftRuleset } from './nftables/nft-ruleset.js';
import { NftWalk } from './nftables/nft-walk.js';
import { runNft } from './nftables/tool.js';
import { translationOf, type BurstSegment, type Passage, type PassageRecorder, type Passing } from './passage.js';
import { Ruleset, type PlannedEntry, type PlannedNat, type PlannedNative, type PlannedTable } from './ruleset.js';
import type { Chance, Hook, NetfilterStep, NetworkPort, RuleCause, Skb, TableName, ToolResult, Tracer, Verdict } from './types.js';
import { ToldWalk } from './told-walk.js';
import { TableWalk } from './walk.js';

const DROP_BY_CONNTRACK: Verdict = { kind: 'DROP', by: 'conntrack' };

/**
 * The packet filter of every namespace of a sandbox: hooks, iptables tables, connection
 * tracking, NAT, and the tools that show and change them. The command-line methods take
 * the arguments without the program's name and answer what the real tool prints.
 */
export class Netfilter {
  /** Replaced while branches of a trace are explored. */
  chance: Chance;
  /** Names the objects that a rule (`-A CHAIN …`) was written for; asked only for traces. */
  causeOf: ((rule: string) => RuleCause | undefined) | undefined;

  readonly #ruleset: Ruleset;
  readonly #native: NftRuleset;
  readonly #conntrack: Conntrack;
  readonly #events: EventLog;
  readonly #nat: Nat;
  readonly #recent: RecentLists;
  readonly #accounting: Accounting;
  readonly #ipsets: IpSets;
  readonly #ipvs: Ipvs;
  readonly #log: KernelLog;
  readonly #walk: TableWalk;
  readonly #nativeWalk: NftWalk;

  constructor(
    private readonly sim: Sim,
    private readonly network: NetworkPort,
  ) {
    this.chance = new DrawnChance(sim);
    this.#native = new NftRuleset(sim);
    this.#ruleset = new Ruleset(sim, this.#native);
    this.#events = new EventLog(sim);
    const sysctl = (netns: string, name: string): string | undefined => network.sysctl?.(netns, name);
    this.#conntrack = new Conntrack(sim, sysctl, this.#events);
    this.#ipvs = new Ipvs(
      sim,
      this.#conntrack,
      network,
      sysctl,
      (netns, inUse) => this.#ruleset.useIpvs(netns, inUse),
      (line) => this.causeOf?.(line),
    );
    this.#nat = new Nat(sim, this.#conntrack, () => this.chance);
    this.#recent = new RecentLists(sim);
    this.#accounting = new Accounting(sim);
    this.#ipsets = new IpSets(sim);
    this.#log = new KernelLog(sim);
    const services = this.#services(network);
    this.#walk = new TableWalk(this.#ruleset, services);
    this.#nativeWalk = new NftWalk(services, ({ table, chain, text }, led) => {
      const ofChain = this.causeOf?.(`add rule ${table} ${chain} ${text}`);
      const ofLed = led === undefined || ofChain?.endpoint ? undefined : this.causeOf?.(`add chain ${table} ${led}`);
      return ofLed?.endpoint ? ofLed : (ofChain ?? ofLed);
    });
  }

  /** Told of what `conntrack -E` shows; `undefined` switches it off. */
  set onConntrackEvent(listener: ((event: ConntrackEvent) => void) | undefined) {
    this.#conntrack.onEvent = listener;
  }

  /**
   * Takes a packet through everything that hangs in `hook`, in priority order. NAT rewrites
   * `skb.packet`, MARK writes `skb.mark`, conntrack sets `skb.ct`. Hand the same skb to the
   * namespace's later hooks (over its loopback device too), a fresh `ct` is made in another.
   * `recorder` writes down how it passed, so that {@link pass} may repeat it; not together with a trace.
   */
  hook(netns: string, hook: Hook, skb: Skb, trace?: Tracer, recorder?: PassageRecorder): Verdict {
    if (skb.ct && skb.ct.netns !== netns) skb.ct = undefined;
    const plan = this.#ruleset.hookPlan(netns, hook);
    for (let i = 0; i < plan.length; i++) {
      const verdict = this.#enter(plan[i]!, netns, hook, skb, trace, recorder);
      if (verdict !== ACCEPT) return verdict;
    }
    return ACCEPT;
  }

  /** Moves whenever what hangs in some hook has changed: passages recorded before are worth nothing. */
  get generation(): number {
    return this.#ruleset.generation;
  }

  /**
   * How a TCP packet with `tuple` would pass a namespace as another did before it; `undefined` when its connection is not
   * alike. Changes nothing.
   */
  passing(passage: Passage, tuple: Tuple, tcpFlags: number): Passing | undefined {
    const { netns, connection } = passage;
    if (!connection) return { passage, found: undefined, tuple };
    const found = this.#conntrack.established(netns, tuple, tcpFlags);
    if (!found || found.direction !== connection.direction) return undefined;
    if (translationOf(found.entry.status) !== connection.translation) return undefined;
    return { passage, found, tuple: connection.translation ? translated(found) : tuple };
  }

  /** Lets it pass: conntrack and counters go on as if it had taken every hook. The packet itself is the caller's to rewrite. */
  pass({ passage: { netns, counts }, found }: Passing, packet: Packet): void {
    if (found) this.#conntrack.pass(netns, found, packet);
    for (let i = 0; i < counts.length; i++) this.#walk.count(counts[i]!.chain, counts[i]!.position, 1, packet.length);
  }

  /** Whether all `segments` of a conversation would pass, one after the other; `there` and `home` are its two ways. */
  mayPassTogether(there: readonly Passing[], home: readonly Passing[], segments: readonly BurstSegment[]): boolean {
    if (there.length !== home.length) return false;
    return there.every(({ passage: { netns }, found }, i) => {
      const opposite = home[home.length - 1 - i]!;
      if (opposite.passage.netns !== netns || opposite.found?.entry !== found?.entry) return false;
      return !found || this.#conntrack.mayPassAll(netns, found, segments);
    });
  }

  /** Lets them pass, the last at `lastUs`. */
  passTogether(there: readonly Passing[], home: readonly Passing[], segments: readonly BurstSegment[], lastUs: number): void {
    for (const { passage, found } of there) if (found) this.#conntrack.passAll(passage.netns, found, segments, lastUs);
    this.#countAll(
      there,
      segments.filter(({ isForth }) => isForth),
    );
    this.#countAll(
      home,
      segments.filter(({ isForth }) => !isForth),
    );
  }

  #countAll(way: readonly Passing[], segments: readonly BurstSegment[]): void {
    const packets = segments.length;
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    for (const { passage } of way) for (const { chain, position } of passage.counts) this.#walk.count(chain, position, packets, bytes);
  }

  /** For an answer the kernel itself makes (ICMP error, reset): it belongs to the connection of its cause. */
  attach(answer: Skb, cause: Skb): void {
    this.#conntrack.attach(answer, cause);
  }

  /** Forgets everything of a namespace that goes away. */
  removeNamespace(netns: string): void {
    this.#native.forget(netns);
    this.#ruleset.forget(netns);
    this.#conntrack.forget(netns);
    this.#recent.retain(netns, new Set());
    this.#ipsets.forget(netns);
    this.#ipvs.forget(netns);
    this.#log.forget(netns);
    for (const name of this.#accounting.names(netns)) this.#accounting.remove(netns, name);
  }

  iptables(netns: string, argv: readonly string[]): ToolResult {
    return runIptables(this.#context(netns), argv);
  }

  iptablesSave(netns: string, argv: readonly string[]): ToolResult {
    return runIptablesSave(this.#context(netns), argv, this.sim.nowUs);
  }

  iptablesRestore(netns: string, argv: readonly string[], text: string): ToolResult {
    return runIptablesRestore(this.#context(netns), argv, text);
  }

  /** `readFile` answers for `-f FILE`; `-` is standard input. */
  nft(netns: string, argv: readonly string[], readFile: (path: string) => string | undefined = () => undefined): ToolResult {
    return runNft(
      {
        netns,
        ruleset: this.#native,
        nowUs: this.sim.nowUs,
        readFile,
        hasInterface: (name) => this.network.hasInterface?.(netns, name) ?? true,
        iptablesHangs: (hook, type, priority) => this.#ruleset.hangs(netns, hook, type, priority),
        flushIptables: () => this.#ruleset.flush(netns),
      },
      argv,
    );
  }

  conntrack(netns: string, argv: readonly string[]): ToolResult {
    // What IPVS no longer knows, it has taken out of conntrack too.
    this.#ipvs.connections.expire(netns);
    return runConntrack({ netns, conntrack: this.#conntrack, nowUs: this.sim.nowUs }, argv);
  }

  /** `conntrack -E` for who can wait; `undefined` when the words ask for something else, or are wrong. */
  conntrackEvents(netns: string, argv: readonly string[]): ConntrackEventStream | undefined {
    const asked = eventsAsked(argv);
    return asked && new ConntrackEventStream(this.#events, netns, asked, () => this.#conntrack.expire(netns));
  }

  nfacct(netns: string, argv: readonly string[]): ToolResult {
    const inUse = (name: string): boolean => this.#objectsInUse(netns).accounting.has(name);
    return runNfacct({ netns, accounting: this.#accounting, inUse, nowUs: this.sim.nowUs }, argv);
  }

  /** `stdin` is what `ipset restore` reads. */
  ipset(netns: string, argv: readonly string[], stdin = ''): ToolResult {
    const references = (name: string): number => this.#objectsInUse(netns).ipsets.get(name) ?? 0;
    return runIpset({ netns, sets: this.#ipsets, references, nowUs: this.sim.nowUs }, argv, stdin);
  }

  /** `stdin` is what `ipvsadm -R` reads. */
  ipvsadm(netns: string, argv: readonly string[], stdin = ''): ToolResult {
    return runIpvsadm({ netns, ipvs: this.#ipvs, nowUs: this.sim.nowUs }, argv, stdin);
  }

  /** Virtual services with their real servers, as data; in the order of `ipvsadm -L`. */
  virtualServices(netns: string): VirtualServiceListing[] {
    return listVirtualServices(this.#ipvs, netns);
  }

  /** What `-j LOG` wrote, oldest first; `dmesg` shows it. */
  kernelLog(netns: string): readonly KernelLogLine[] {
    return this.#log.lines(netns);
  }

  /** `/proc/net/xt_recent/<list>`. */
  recentFile(netns: string, list: string): string | undefined {
    return this.#recent.file(netns, list);
  }

  /** Names below `/proc/net/xt_recent`, in order. */
  recentFiles(netns: string): string[] {
    return this.#recent.names(netns);
  }

  /** Rules as data, in the order of `iptables -S`; of one table or chain if asked. */
  rules(netns: string, table?: TableName, chain?: string): RuleListing[] {
    return listRules(this.#ruleset, netns, table, chain);
  }

  /** Rules and elements of native tables, each as the command that adds it: for rule differences and questions about a Service. */
  nativeRules(netns: string): NativeListing[] {
    return listNatively(this.#native, netns);
  }

  /** Live connections as data, oldest first. */
  connections(netns: string): ConntrackListing[] {
    const nowUs = this.sim.nowUs;
    return this.#conntrack.list(netns).map((entry) => listConnection(entry, nowUs));
  }

  #enter(
    entry: PlannedEntry,
    netns: string,
    hook: Hook,
    skb: Skb,
    trace: Tracer | undefined,
    recorder: PassageRecorder | undefined,
  ): Verdict {
    switch (entry.kind) {
      case 'conntrack':
        return this.#track(netns, hook, skb, trace, recorder);
      case 'confirm':
        return this.#conntrack.confirm(netns, skb) ? ACCEPT : DROP_BY_CONNTRACK;
      case 'nat':
        return this.#translate(entry, netns, hook, skb, trace, recorder);
      case 'ipvs':
        recorder?.spoil();
        return this.#ipvs[entry.end]({ netns, hook, priority: entry.priority, trace }, skb);
      case 'table':
        return this.#filter(entry, netns, hook, skb, trace, recorder);
      case 'native':
        recorder?.spoil();
        return this.#filterNatively(entry, netns, hook, skb, trace);
    }
  }

  #filter(
    entry: PlannedTable,
    netns: string,
    hook: Hook,
    skb: Skb,
    trace: Tracer | undefined,
    recorder: PassageRecorder | undefined,
  ): Verdict {
    trace?.({ kind: 'table', hook, table: entry.table, priority: entry.priority });
    const witness = trace ? new ToldWalk(trace, (rule) => this.causeOf?.(rule)) : recorder;
    switch (this.#walk.run(netns, hook, entry, skb, witness)) {
      case 'ACCEPT':
        return ACCEPT;
      case 'DROP':
        return { kind: 'DROP', by: this.#walk.decidedBy };
      case 'REJECT': {
        const by = this.#walk.decidedBy;
        return by === 'policy' ? { kind: 'DROP', by } : { kind: 'REJECT', with: this.#walk.rejectWith, by };
      }
    }
  }

  #filterNatively(entry: PlannedNative, netns: string, hook: Hook, skb: Skb, trace: Tracer | undefined): Verdict {
    const { chain, priority } = entry;
    trace?.({ kind: 'table', hook, table: `${chain.table.family} ${chain.table.name}`, chain: chain.name, priority });
    const verdict = this.#nativeWalk.run(netns, hook, entry, skb, trace);
    if (verdict === 'ACCEPT') return ACCEPT;
    const by = this.#nativeWalk.decidedBy;
    return verdict === 'DROP' || by === 'policy' ? { kind: 'DROP', by } : { kind: 'REJECT', with: this.#nativeWalk.rejectWith, by };
  }

  #track(netns: string, hook: Hook, skb: Skb, trace: Tracer | undefined, recorder: PassageRecorder | undefined): Verdict {
    const { created, verdict } = this.#conntrack.track(netns, skb);
    recorder?.noteConnection(skb.ct);
    if (trace) {
      const entry = skb.ct?.entry;
      trace({
        kind: 'conntrack',
        hook,
        result: skb.ct?.state ?? (skb.untracked ? 'UNTRACKED' : 'INVALID'),
        id: entry?.id ?? null,
        entry: entry ? formatEntry(entry, this.sim.nowUs) : null,
        created,
        note: trackNote(skb, created),
      });
    }
    return verdict === 'ACCEPT' ? ACCEPT : DROP_BY_CONNTRACK;
  }

  /** `nf_nat_inet_fn`: the rules see only a connection's first packet; the others follow what it settled. */
  #translate(
    entry: PlannedNat,
    netns: string,
    hook: Hook,
    skb: Skb,
    trace: Tracer | undefined,
    recorder: PassageRecorder | undefined,
  ): Verdict {
    const { manip } = entry;
    const ct = skb.ct;
    if (!ct) return ACCEPT;
    const before = trace && { ...skb.packet };
    if (ct.state === 'RELATED' && skb.packet.protocol === ICMP) {
      if (!this.#nat.passesIcmpError(skb)) return DROP_BY_CONNTRACK;
      const changed = this.#nat.applyToIcmpError(skb, manip);
      if (before && changed) this.#tellNat(trace, hook, manip, 'conntrack', before, skb);
      return ACCEPT;
    }
    let origin: 'rule' | 'conntrack' | 'implicit' = 'conntrack';
    if (ct.state !== 'ESTABLISHED' && !this.#nat.isDecided(ct.entry, manip)) {
      for (const ruleset of entry.rulesets) {
        const verdict = this.#enter(ruleset, netns, hook, skb, trace, recorder);
        if (verdict !== ACCEPT) return verdict;
        if (this.#nat.isDecided(ct.entry, manip)) break;
      }
      origin = this.#nat.isDecided(ct.entry, manip) ? 'rule' : 'implicit';
      if (origin === 'implicit') this.#nat.bindNull(netns, ct.entry, manip);
    }
    const changed = this.#nat.apply(skb, manip);
    if (before && changed) this.#tellNat(trace, hook, manip, origin, before, skb);
    return ACCEPT;
  }

  #tellNat(
    trace: Tracer | undefined,
    hook: Hook,
    manip: Manip,
    origin: Extract<NetfilterStep, { kind: 'nat' }>['origin'],
    before: Skb['packet'],
    skb: Skb,
  ): void {
    trace?.({ kind: 'nat', hook, manip, origin, before, after: { ...skb.packet }, note: NAT_NOTES[origin] });
  }

  /** What matches and targets may use; `chance` is read anew each time, since it can be replaced. */
  #services(network: NetworkPort): KernelServices {
    const current = (): Chance => this.chance;
    const chance: Chance = {
      below: (threshold) => current().below(threshold),
      oneOf: (count) => current().oneOf(count),
      u32: () => current().u32(),
      get drawn() {
        return current().drawn;
      },
    };
    const { sim } = this;
    return {
      network,
      chance,
      recent: this.#recent,
      accounting: this.#accounting,
      nat: this.#nat,
      conntrack: this.#conntrack,
      ipsets: this.#ipsets,
      ipvs: this.#ipvs,
      log: this.#log,
      get nowUs() {
        return sim.nowUs;
      },
    };
  }

  #context(netns: string): IptablesContext {
    return {
      netns,
      ruleset: this.#ruleset,
      hasAccountingObject: (name) => this.#accounting.has(netns, name),
      hasIpset: (name) => this.#ipsets.get(netns, name) !== undefined,
      committed: () => this.#recent.retain(netns, this.#objectsInUse(netns).recent),
    };
  }

  /** Names of kernel objects that the rules of a namespace refer to. */
  #objectsInUse(netns: string): ObjectsInUse {
    const recent = new Set<string>();
    const accounting = new Set<string>();
    const ipsets = new Map<string, number>();
    for (const table of TABLES) {
      for (const chain of this.#ruleset.table(netns, table)?.values() ?? []) {
        for (const name of chain.objects.recent) recent.add(name);
        for (const name of chain.objects.accounting) accounting.add(name);
        for (const name of chain.objects.ipsets) ipsets.set(name, (ipsets.get(name) ?? 0) + 1);
      }
    }
    return { recent, accounting, ipsets };
  }
}

/** Names of kernel objects that rules keep alive; of sets, how often rules name each. */
interface ObjectsInUse {
  readonly recent: ReadonlySet<string>;
  readonly accounting: ReadonlySet<string>;
  readonly ipsets: ReadonlyMap<string, number>;
}

const NAT_NOTES = {
  rule: 'a rule settled the translation of this connection',
  conntrack: 'translated as the first packet of this connection was',
  implicit: 'no rule asked for it, but another connection already uses this source port',
} as const;

function trackNote(skb: Skb, created: boolean): string {
  if (skb.untracked) return 'a rule of table raw wanted it not tracked';
  if (!skb.ct) return 'belongs to no connection that conntrack can follow';
  if (created) return 'confirmed once the packet has passed all rules';
  return skb.ct.direction === 'REPLY' ? 'answers the connection' : 'belongs to the connection';
}
