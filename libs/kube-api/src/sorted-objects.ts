import type { KubeObject } from './types.js';

/** Most objects of a block: what one insertion moves. */
const MAX_BLOCK = 512;

interface Block {
  readonly keys: string[];
  readonly objects: KubeObject[];
}

/**
 * Objects in the order of their keys, so that a list costs no sorting. They lie in blocks, as in the leaves of a B+ tree:
 * an insertion among a hundred thousand moves a few hundred.
 */
export class SortedObjects {
  /** None is empty. */
  readonly #blocks: Block[] = [];

  /** Puts an object at `key` in place of what is there; `undefined` removes it. */
  set(key: string, object: KubeObject | undefined): void {
    const block = this.#blockOf(key);
    const at = block ? lowerBound(block.keys, key) : 0;
    const present = block?.keys[at] === key;
    if (object && present) block.objects[at] = object;
    else if (object) this.#insert(block, at, key, object);
    else if (present) this.#remove(block, at);
  }

  /** All whose keys start with `prefix`, in a list of its own. */
  withPrefix(prefix = ''): KubeObject[] {
    if (!prefix) return ([] as KubeObject[]).concat(...this.#blocks.map(({ objects }) => objects));
    const found: KubeObject[] = [];
    for (let number = this.#blockNumber(prefix); number < this.#blocks.length; number++) {
      const { keys, objects } = this.#blocks[number]!;
      for (let at = lowerBound(keys, prefix); at < keys.length; at++) {
        if (!keys[at]!.startsWith(prefix)) return found;
        found.push(objects[at]!);
      }
    }
    return found;
  }

  #insert(block: Block | undefined, at: number, key: string, object: KubeObject): void {
    if (!block) {
      this.#blocks.push({ keys: [key], objects: [object] });
      return;
    }
    block.keys.splice(at, 0, key);
    block.objects.splice(at, 0, object);
    if (block.keys.length <= MAX_BLOCK) return;
    const half = block.keys.length >> 1;
    this.#blocks.splice(this.#blocks.indexOf(block) + 1, 0, { keys: block.keys.splice(half), objects: block.objects.splice(half) });
  }

  #remove(block: Block, at: number): void {
    block.keys.splice(at, 1);
    block.objects.splice(at, 1);
    if (block.keys.length === 0) this.#blocks.splice(this.#blocks.indexOf(block), 1);
  }

  /** The block in whose range `key` lies; `undefined` while there is none at all. */
  #blockOf(key: string): Block | undefined {
    return this.#blocks[this.#blockNumber(key)];
  }

  /** The last block that begins at or before `key`, or the first. */
  #blockNumber(key: string): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#blocks[middle]!.keys[0]! <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** Where `key` is, or would be. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
