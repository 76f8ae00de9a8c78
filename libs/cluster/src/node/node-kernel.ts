import { assert, type Sim, type Table } from '@svclab/sim';
import { FIRST_FREE_IFINDEX } from '../network/links.js';

/** What a node's kernel hands out next. Table `cluster.kernels`, key = node. */
interface KernelCounters {
  ifindex: number;
  pid: number;
}

/** A node's first process of its own after systemd and its like. */
const FIRST_PID = 120;

/** Interface indexes and process ids of the nodes. */
export class NodeKernel {
  readonly #table: Table<KernelCounters>;

  constructor(private readonly sim: Sim) {
    this.#table = sim.store.table('cluster.kernels');
  }

  boot(node: string): void {
    this.#table.put(node, { ifindex: FIRST_FREE_IFINDEX, pid: FIRST_PID });
  }

  halt(node: string): void {
    this.#table.delete(node);
  }

  nextIfindex(node: string): number {
    return this.#edit(node).ifindex++;
  }

  /** Other processes come and go in between, so the numbers have gaps. */
  nextPid(node: string): number {
    const counters = this.#edit(node);
    counters.pid += 1 + this.sim.random('kernel').below(40);
    return counters.pid;
  }

  #edit(node: string): KernelCounters {
    assert(this.#table.has(node), `node ${node} is not running`);
    return this.#table.edit(node);
  }
}
