import { Sim } from '@svclab/sim';
import { address, packet, type Packet } from '@svclab/wire';
import { Netfilter } from '../netfilter.js';
import type { Hook, NetworkPort, Skb, Tracer, Verdict } from '../types.js';

/** Namespace that all tests use. */
export const NODE = 'node/worker';

/** A network of two interfaces: `eth0` 172.18.0.3 and the pods' `veth1` 10.10.1.1. */
export const NETWORK: NetworkPort = {
  addressType: (_netns, to) => (LOCAL.some((own) => own === to) ? 'LOCAL' : 'UNICAST'),
  interfaceAddress: (_netns, iface) => (iface === 'eth0' ? LOCAL[0] : iface === 'veth1' ? LOCAL[1] : undefined),
  hasInterface: (_netns, name) => ['lo', 'eth0', 'veth1'].includes(name),
  sysctl: (_netns, name) => (name === 'net.netfilter.nf_conntrack_tcp_timeout_established' ? '86400' : undefined),
};

const LOCAL = [address('172.18.0.3'), address('10.10.1.1'), address('127.0.0.1')];

/** 2024-09-28T12:50:00Z. */
export const START_US = 1_727_527_800_000_000;

export interface Bench {
  readonly sim: Sim;
  readonly netfilter: Netfilter;
  /** A forwarded packet: PREROUTING, FORWARD, POSTROUTING; stops where something drops it. */
  forward(sent: Packet, outIface: string, trace?: Tracer): { verdict: Verdict; hook: Hook; skb: Skb };
  conntrack(...argv: string[]): string;
}

/** A fresh sandbox with `rules` restored and sysctls set, inside an open entry. */
export function bench(rules = '', seed = 1, sysctls: { readonly [name: string]: string } = {}): Bench {
  const sim = new Sim();
  sim.beginEntry(1);
  sim.initialise({ seed, startUs: START_US });
  const netfilter = new Netfilter(sim, { ...NETWORK, sysctl: (netns, name) => sysctls[name] ?? NETWORK.sysctl!(netns, name) });
  for (const name of ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts']) netfilter.nfacct(NODE, ['add', name]);
  const restored = netfilter.iptablesRestore(NODE, [], rules);
  if (restored.exitCode !== 0) throw new Error(restored.stderr);
  return {
    sim,
    netfilter,
    forward(sent, outIface, trace) {
      const skb: Skb = { packet: { ...sent }, mark: 0, inIface: outIface === 'eth0' ? 'veth1' : 'eth0', outIface: '' };
      for (const hook of ['PREROUTING', 'FORWARD', 'POSTROUTING'] as const) {
        if (hook !== 'PREROUTING') skb.outIface = outIface;
        if (hook === 'POSTROUTING') skb.inIface = '';
        const verdict = netfilter.hook(NODE, hook, skb, trace);
        if (verdict.kind !== 'ACCEPT') return { verdict, hook, skb };
      }
      return { verdict: { kind: 'ACCEPT' }, hook: 'POSTROUTING', skb };
    },
    conntrack: (...argv) => netfilter.conntrack(NODE, argv).stdout,
  };
}

/** `10.10.1.2:40000`. */
function endpoint(text: string): [number, number] {
  const [host, port] = text.split(':');
  return [address(host!) as number, Number(port)];
}

export function tcp(from: string, to: string, tcpFlags: number): Packet {
  const [src, sport] = endpoint(from);
  const [dst, dport] = endpoint(to);
  return packet({ src, dst, protocol: 6, sport, dport, tcpFlags, length: 60 });
}

export function udp(from: string, to: string): Packet {
  const [src, sport] = endpoint(from);
  const [dst, dport] = endpoint(to);
  return packet({ src, dst, protocol: 17, sport, dport, length: 40 });
}
