/** A place in time with what happens there. */
export interface QueuedTimer {
  readonly name: string;
  readonly dueUs: number;
  readonly order: number;
}

const isBefore = (a: QueuedTimer, b: QueuedTimer): boolean => a.dueUs < b.dueUs || (a.dueUs === b.dueUs && a.order < b.order);

/** Timers as a binary heap, the next one first. Those that were set anew or cancelled stay until they come up, and are passed over. */
export class TimerQueue {
  readonly #heap: QueuedTimer[] = [];

  /** `isCurrent`: whether an entry still stands for the timer of its name. */
  constructor(private readonly isCurrent: (entry: QueuedTimer) => boolean) {}

  add(entry: QueuedTimer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  /** The name of the timer that runs next; `undefined` when there is none. */
  first(): string | undefined {
    while (this.#heap.length > 0 && !this.isCurrent(this.#heap[0]!)) this.#removeFirst();
    return this.#heap[0]?.name;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
