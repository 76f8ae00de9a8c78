import type { Hook, Tracer } from '@svclab/netfilter';
import type { Address, Packet } from '@svclab/wire';
import { namespaceTitle, type Topology } from './topology.js';
import type { Hop, Step } from './types.js';

/** Writes down a packet's way, one hop per namespace. Absent when nobody asked for a trace. */
export class HopRecorder {
  readonly hops: Hop[] = [];
  /** What netfilter tells its steps to. */
  readonly tracer: Tracer = (step) => this.step(step);
  #steps: Step[] = [];

  constructor(private readonly topology: Topology) {}

  /** `iface`: where the packet comes in; absent in the namespace that sends it. */
  enter(netns: string, packet: Packet, iface?: string): void {
    this.#steps = [];
    const kind = this.topology.namespace(netns)?.kind ?? 'host';
    const address = this.#address(netns, iface);
    const title = namespaceTitle(netns);
    this.hops.push({ netns, kind, title, address, packetIn: copy(packet), packetOut: copy(packet), steps: this.#steps });
  }

  /** Pods, nodes and clients are known by their eth0, whatever else has a bridge that they are found behind. */
  #address(netns: string, iface: string | undefined): Address | null {
    const link = this.topology.link(netns, 'eth0') ?? (iface === undefined ? undefined : this.topology.link(netns, iface));
    return link?.addresses.find(({ scope }) => scope === 'global')?.prefix.address ?? null;
  }

  step(step: Step): void {
    this.#steps.push(step);
  }

  /** `packet` as it comes to the hook. */
  hook(hook: Hook, packet: Packet): void {
    this.step({ kind: 'hook', hook, packet: copy(packet) });
  }

  /** The packet as it leaves this namespace, or as it ended here. */
  leave(packet: Packet): void {
    const last = this.hops.length - 1;
    this.hops[last] = { ...this.hops[last]!, packetOut: copy(packet) };
  }
}

const copy = (packet: Packet): Packet => ({ ...packet });
