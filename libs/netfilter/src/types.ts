import type { Address, Packet } from '@svclab/wire';
import type { ConntrackEntry, Direction } from './conntrack/entry.js';

/** The five places where a packet meets netfilter (Linux: `NF_INET_PRE_ROUTING` …). */
export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
export type TableName = 'raw' | 'mangle' | 'nat' | 'filter';
/** A native table of nftables by family and name: `ip kube-proxy`. */
export type NftTableName = `${'ip' | 'ip6' | 'inet'} ${string}`;

/** How a packet stands to its connection (Linux: `enum ip_conntrack_info`, as `-m conntrack --ctstate` names it). */
export type CtState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';

/** A packet on its way through one namespace, with what the kernel remembers beside it (Linux: `struct sk_buff`). */
export interface Skb {
  /** Rewritten in place by NAT. */
  packet: Packet;
  /** `nfmark`, what `-m mark` and `-j MARK` see. */
  mark: number;
  /** Empty until known, as in the kernel. */
  inIface: string;
  outIface: string;
  /** Who put the frame on the wire; absent on the loopback device and for what this kernel sends itself. */
  sourceMac?: string;
  /** Rules of table raw want no connection for this packet (`-j CT --notrack`). */
  untracked?: boolean;
  /** IPVS has dealt with it: neither of its ends looks at it again in this kernel. */
  ipvsProperty?: boolean;
  /** Set by the conntrack hook: key of the entry in this namespace, direction and state. */
  ct?: SkbConntrack | undefined;
}

export interface SkbConntrack {
  /** Whose connection it is: meaningless in another namespace, so a packet may carry it across unharmed. */
  readonly netns: string;
  readonly id: number;
  readonly direction: Direction;
  readonly state: CtState;
  readonly entry: ConntrackEntry;
}

/** What a whole hook decided (Linux: `NF_ACCEPT`, `NF_DROP`); REJECT is a drop that owes the sender an answer. */
export type Verdict =
  | { readonly kind: 'ACCEPT' }
  | { readonly kind: 'DROP'; readonly by: RuleReference | 'policy' | 'conntrack' | 'ipvs' }
  | { readonly kind: 'REJECT'; readonly with: RejectWith; readonly by: RuleReference | 'ipvs' }
  /** IPVS sends it on by itself (`NF_STOLEN`): by the route `towards` a real server, through OUTPUT and POSTROUTING. */
  | { readonly kind: 'STOLEN'; readonly towards: Address };

export type RejectWith =
  | 'icmp-net-unreachable'
  | 'icmp-host-unreachable'
  | 'icmp-port-unreachable'
  | 'icmp-proto-unreachable'
  | 'icmp-net-prohibited'
  | 'icmp-host-prohibited'
  | 'icmp-admin-prohibited'
  | 'tcp-reset';

/**
 * Names one rule: `number` counts from 1, as `iptables -L --line-numbers` does. `text` is its `-S` line without
 * `-A CHAIN`, or the rule as `nft list` prints it.
 */
export interface RuleReference {
  readonly table: TableName | NftTableName;
  readonly chain: string;
  readonly number: number;
  readonly text: string;
  /** Of a rule of nftables, as `nft -a` tells it. */
  readonly handle?: number;
  /** The objects that it was written for; told in traces, where the sandbox knows. */
  readonly cause?: RuleCause;
}

/** Why a rule is there: the Service it belongs to, and the endpoint it stands for. */
export interface RuleCause {
  readonly service: { readonly namespace: string; readonly name: string; readonly port: string };
  /** `address` is `10.10.1.2:80`, `slice` the name of the EndpointSlice that lists it. */
  readonly endpoint?: {
    readonly address: string;
    readonly slice: string;
    readonly pod?: { readonly namespace: string; readonly name: string };
  };
}

/** A rule that was looked at and did not match. */
export interface MissedRule {
  readonly rule: RuleReference;
  /** The first of its conditions that did not hold. */
  readonly because: string;
  readonly chance?: ChanceTold;
}

/** Where chance was asked: what had to be drawn, and what was. */
export interface ChanceTold {
  /** A fraction of 2³¹. */
  readonly threshold: number;
  readonly probability: number;
  /** Between 0 and 1; taken when below `probability`. Absent where an exploration decides instead of drawing. */
  readonly draw?: number;
}

/** A look into a set or map of nftables. */
export interface SetLookup {
  /** `null`: it stands in the rule and has no name. */
  readonly set: string | null;
  /** What was looked for: `10.96.0.10 . udp . 53`. */
  readonly key: string;
  /** The element that was found, as it is listed; `null`: none. */
  readonly element: string | null;
}

/** What netfilter needs to know of the network around it; netstack answers. */
export interface NetworkPort {
  /** As `-m addrtype` names it. */
  addressType(netns: string, address: Address): 'LOCAL' | 'BROADCAST' | 'MULTICAST' | 'UNICAST' | 'UNSPEC';
  /** The address MASQUERADE takes: that of `iface` which routing towards `destination` would choose. */
  interfaceAddress(netns: string, iface: string, destination: Address): Address | undefined;
  /** Whether there is an interface of this name; absent: any name will do. */
  hasInterface?(netns: string, name: string): boolean;
  /** A sysctl by its dotted name; `undefined` when it was never set. */
  sysctl?(netns: string, name: string): string | undefined;
}

/** Decides by chance. The default draws from the sandbox's stream; trace exploration scripts it. */
export interface Chance {
  /** True with probability `threshold` ÷ 2³¹, as xt_statistic compares 31 random bits. */
  below(threshold: number): boolean;
  /** One of `count` numbers from 0, all equally likely, as nft_numgen scales 32 random bits. */
  oneOf(count: number): number;
  /** Any 32 bits, for ports of `--random-fully`. */
  u32(): number;
  /** The 31 bits that `below` compared last, or the upper ones that `oneOf` scaled, where it drew any: for traces. */
  readonly drawn?: number | undefined;
}

/** What happened inside one hook, told in order. Everything a learner may ask about a rule is here. */
export type NetfilterStep =
  | {
      readonly kind: 'conntrack';
      readonly hook: Hook;
      readonly result: CtState;
      readonly id: number | null;
      readonly entry: string | null;
      readonly created: boolean;
      readonly note: string;
    }
  | {
      readonly kind: 'table';
      readonly hook: Hook;
      readonly table: TableName | NftTableName;
      readonly priority: number;
      /** The base chain; of nftables only, where a table may have several in one hook. */
      readonly chain?: string;
    }
  | {
      readonly kind: 'rule';
      readonly hook: Hook;
      readonly rule: RuleReference;
      /** `continue` when the rule has no target or its target lets the walk go on (MARK). */
      readonly verdict: 'ACCEPT' | 'DROP' | 'REJECT' | 'RETURN' | 'jump' | 'goto' | 'continue';
      readonly target: string;
      /** Rules of this chain looked at and passed over since the last step of this chain. */
      readonly passedOver: number;
      /** Why it matched, condition by condition, in words. */
      readonly because: readonly string[];
      /** Those of them that stand nearest to this step, in order: at most {@link MISSES_TOLD}. */
      readonly missed: readonly MissedRule[];
      readonly chance?: ChanceTold;
      /** Of nftables: the sets and maps that were asked, in order. */
      readonly lookups?: readonly SetLookup[];
      readonly before: Packet;
      readonly after: Packet;
      readonly mark: number;
    }
  | {
      readonly kind: 'end-of-chain';
      readonly hook: Hook;
      readonly table: TableName | NftTableName;
      readonly chain: string;
      readonly passedOver: number;
      readonly missed: readonly MissedRule[];
      readonly outcome: 'return to caller' | 'policy ACCEPT' | 'policy DROP';
    }
  | {
      readonly kind: 'nat';
      readonly hook: Hook;
      readonly manip: 'DST' | 'SRC';
      readonly origin: 'rule' | 'conntrack' | 'implicit';
      readonly before: Packet;
      readonly after: Packet;
      readonly note: string;
    }
  | IpvsStep;

/** What the virtual server made of a packet; it says nothing of packets that are none of its business. */
export interface IpvsStep {
  readonly kind: 'ipvs';
  readonly hook: Hook;
  readonly priority: number;
  /** `sent`: on to a real server. `answer`: one of a real server, which gets the service's address back. */
  readonly result: 'sent' | 'answer' | 'refused' | 'dropped';
  /** `TCP 10.200.1.1:80`. */
  readonly service: string;
  /** The real server, `10.10.1.2:80`; `null` when none takes connections. */
  readonly server: string | null;
  /** Why this real server, in words: the scheduler's turn, the client's persistence, a connection that is known. */
  readonly why: string;
  /** As `ipvsadm -Lnc` prints it. */
  readonly connection: string | null;
  /** The objects that the virtual service, or its real server, is there for. */
  readonly cause?: RuleCause;
  readonly before: Packet;
  readonly after: Packet;
}

export type Tracer = (step: NetfilterStep) => void;

/** What a command-line tool printed and how it ended. */
export interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
