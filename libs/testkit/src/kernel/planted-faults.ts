/** A mistake to be planted into a copy of the engine, to see whether the harness finds it. */
export interface PlantedFault {
  /** What a maintainer would have got wrong. */
  readonly name: string;
  /** Below `libs/`. */
  readonly file: string;
  /** Stands once in the file, and is replaced by `fault`. */
  readonly source: string;
  readonly fault: string;
  /** Why the harness need not find it: what it does not look at. Without it, not finding it is a failure of the harness. */
  readonly outOfSight?: string;
}

/** Whether `text`, the file's, holds what the fault replaces, once. */
export const fits = (text: string, { source }: PlantedFault): boolean => text.split(source).length === 2;

/** Spread over the rooms that the parity harness holds against a real kernel, and from plain to subtle. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    name: 'the limit on ICMP errors begins with a burst of five',
    file: 'netstack/src/icmp.ts',
    source: 'const BURST_FACTOR = 6;',
    fault: 'const BURST_FACTOR = 5;',
  },
  {
    name: 'connections in TIME_WAIT are forgotten after 60 s',
    file: 'netfilter/src/conntrack/timeouts.ts',
    source: 'nf_conntrack_tcp_timeout_time_wait: 120,',
    fault: 'nf_conntrack_tcp_timeout_time_wait: 60,',
  },
  {
    name: 'UDP is a stream, and assured, from the first answer on',
    file: 'netfilter/src/conntrack/conntrack.ts',
    source: 'nowUs + 2_000_000',
    fault: 'nowUs - 1',
  },
  {
    name: 'a new connection mark is not told as an event',
    file: 'netfilter/src/conntrack/conntrack.ts',
    source: 'changed.mark = mark;\n    changed.changes |= CHANGE.OTHER;',
    fault: 'changed.mark = mark;',
  },
  {
    name: 'masquerading from a port below 512 takes any below 1024',
    file: 'netfilter/src/nat/nat.ts',
    source: 'tuple.sport < 512 ? [1, 511] : [600, 1023]',
    fault: '[1, 1023]',
  },
  {
    name: 'the source port stays although answers could be mistaken',
    file: 'netfilter/src/nat/nat.ts',
    source: 'if (kept && !this.conntrack.isTaken(netns, kept, entry)) return kept;',
    fault: 'if (kept) return kept;',
  },
  {
    name: 'an ICMP error shows its receiver the translated packet',
    file: 'netfilter/src/nat/nat.ts',
    source: 'rewrite(inner, other, OTHER[manip]);',
    fault: '',
  },
  {
    name: 'MASQUERADE takes the first address of the link, whoever is next',
    file: 'netstack/src/routing.ts',
    source: 'if (!link) return undefined;\n    return this.selectSource(',
    fault:
      "if (!link) return undefined;\n    if (iface !== 'eth0') return this.interfaceAddress(netns, 'eth0', destination);\n    return this.selectSource(",
  },
  {
    name: 'REDIRECT of local traffic goes to the address of the interface',
    file: 'netfilter/src/iptables/targets/redirect.ts',
    source: "hook === 'OUTPUT' ? LOOPBACK",
    fault: "hook === 'OUTPUT' ? kernel.network.interfaceAddress(netns, 'eth0', packet.dst)",
  },
  {
    name: 'NETMAP forgets the host part',
    file: 'netfilter/src/iptables/targets/netmap.ts',
    source: '((address & ~mask) | network) >>> 0',
    fault: '(network + 1) >>> 0',
  },
  {
    name: 'recent --update notes no new time',
    file: 'netfilter/src/recent/recent-lists.ts',
    source: 'if (updates) this.#set(netns, name, address, ttl);',
    fault: '',
  },
  {
    name: 'recent --set puts an address that it knows into the list again as if it were new',
    file: 'netfilter/src/recent/recent-lists.ts',
    source: 'entry.stampsUs[entry.index++] = this.sim.nowUs;',
    fault: 'entry.stampsUs = [this.sim.nowUs];',
  },
  {
    name: 'the first packet of statistic --mode nth is counted from one',
    file: 'netfilter/src/iptables/matches/statistic.ts',
    source: '?? every - 1 - first',
    fault: '?? every - first',
  },
  {
    name: 'multiport --ports looks at the destination alone',
    file: 'netfilter/src/iptables/matches/multiport.ts',
    source: "if (side !== 'dports' &&",
    fault: "if (side === 'sports' &&",
  },
  {
    name: 'addrtype takes broadcast addresses for local ones',
    file: 'netstack/src/routing.ts',
    source: "? 'BROADCAST' : 'UNICAST';",
    fault: "? 'LOCAL' : 'UNICAST';",
    outOfSight: 'no world sends to a broadcast address, which the simulated cables do not carry',
  },
  {
    name: 'the conntrack mark is restored without its mask',
    file: 'netfilter/src/iptables/targets/connmark.ts',
    source: 'skb.ct.entry.mark & ctmask, mask: nfmask',
    fault: 'skb.ct.entry.mark, mask: nfmask',
  },
  {
    name: 'the hop limit is lowered after the FORWARD rules',
    file: 'netstack/src/datapath.ts',
    source:
      "this.#redirect(netns, skb, route);\n    skb.outIface = route.dev;\n    return this.#hook(netns, 'FORWARD', skb) ?? { netns, skb, route };",
    fault:
      "skb.packet.ttl++;\n    skb.outIface = route.dev;\n    const refused = this.#hook(netns, 'FORWARD', skb);\n    skb.packet.ttl--;\n    return refused ?? { netns, skb, route };",
  },
  {
    name: 'a mark crosses the cable into the next kernel',
    file: 'netstack/src/datapath.ts',
    source: 'skb: { packet: skb.packet, mark: 0, inIface: station.link.name',
    fault: 'skb: { packet: skb.packet, mark: skb.mark, inIface: station.link.name',
  },
  {
    name: 'a reset sent by REJECT leaves the connection as it is',
    file: 'netfilter/src/conntrack/conntrack.ts',
    source: "closed.tcp = 'CLOSE';",
    fault: '',
  },
  {
    name: 'table mangle comes before conntrack',
    file: 'netfilter/src/hooks.ts',
    source: 'PREROUTING: [raw, conntrack, mangle, natDst]',
    fault: 'PREROUTING: [raw, mangle, conntrack, natDst]',
  },
  {
    name: 'a set of networks holds the first address of each alone',
    file: 'netfilter/src/ipset/set-types.ts',
    source: 'networkText(address, 32 - i)',
    fault: 'networkText(address, 32)',
  },
];
