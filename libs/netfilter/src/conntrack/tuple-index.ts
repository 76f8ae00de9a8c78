import type { ConntrackEntry, Direction, Tuple } from './entry.js';
import { hashTuple, sameTuple } from './tuple.js';

interface Slot {
  readonly entry: ConntrackEntry;
  readonly tuple: Tuple;
  readonly direction: Direction;
  next: Slot | undefined;
}

/** A confirmed connection, with what it costs to change it again. */
interface Tracked {
  readonly entry: ConntrackEntry;
  readonly key: string;
  /** The transaction in which the entry may be changed in place. */
  editableIn: number;
}

/** Both tuples of every confirmed connection of one namespace (Linux: `nf_conntrack_hash`). */
export class TupleIndex {
  readonly #heads = new Map<number, Slot>();
  readonly #tracked = new Map<number, Tracked>();

  get connections(): number {
    return this.#tracked.size;
  }

  tracked(id: number): Tracked | undefined {
    return this.#tracked.get(id);
  }

  /** Entries for which `holds`, oldest first. */
  select(holds: (entry: ConntrackEntry) => boolean): ConntrackEntry[] {
    const found: ConntrackEntry[] = [];
    for (const { entry } of this.#tracked.values()) if (holds(entry)) found.push(entry);
    return found.sort((a, b) => a.id - b.id);
  }

  add(entry: ConntrackEntry, key: string): void {
    this.#tracked.set(entry.id, { entry, key, editableIn: -1 });
    this.#insert(entry, entry.original, 'ORIGINAL');
    this.#insert(entry, entry.reply, 'REPLY');
  }

  remove(entry: ConntrackEntry): void {
    this.#tracked.delete(entry.id);
    this.#drop(entry, entry.original);
    this.#drop(entry, entry.reply);
  }

  find(tuple: Tuple): { readonly entry: ConntrackEntry; readonly direction: Direction } | undefined {
    let slot = this.#heads.get(hashTuple(tuple));
    while (slot && !sameTuple(slot.tuple, tuple)) slot = slot.next;
    return slot;
  }

  #insert(entry: ConntrackEntry, tuple: Tuple, direction: Direction): void {
    const hash = hashTuple(tuple);
    this.#heads.set(hash, { entry, tuple, direction, next: this.#heads.get(hash) });
  }

  #drop(entry: ConntrackEntry, tuple: Tuple): void {
    const hash = hashTuple(tuple);
    let previous: Slot | undefined;
    let slot = this.#heads.get(hash);
    // Both tuples of one entry can share a chain, so the id alone does not tell them apart.
    while (slot && (slot.entry.id !== entry.id || !sameTuple(slot.tuple, tuple))) {
      previous = slot;
      slot = slot.next;
    }
    if (!slot) return;
    if (previous) previous.next = slot.next;
    else if (slot.next) this.#heads.set(hash, slot.next);
    else this.#heads.delete(hash);
  }
}
