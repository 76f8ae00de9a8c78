import type { Hook, Tracer } from '@svclab/netfilter';
import type { Packet } from '@svclab/wire';
import { namespaceTitle, type Topology } from './topology.js';
import type { Hop, Step } from './types.js';

/** Writes down a packet's way, one hop per namespace. Absent when nobody asked for a trace. */
export class HopRecorder {
  readonly hops: Hop[] = [];
  /** What netfilter tells its steps to. */
  readonly tracer: Tracer = (step) => this.step(step);
  #steps: Step[] = [];

  constructor(private readonly topology: Topology) {}

  enter(netns: string, packet: Packet): void {
    this.#steps = [];
    const kind = this.topology.namespace(netns)?.kind ?? 'host';
    this.hops.push({ netns, kind, title: namespaceTitle(netns), packetIn: copy(packet), packetOut: copy(packet), steps: this.#steps });
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
