import type { Sim, Table } from '@svclab/sim';

/** A named counter that rules can bump. Table `nf.accounting`, key = `<netns>|<name>`. */
export interface AccountingObject {
  packets: number;
  bytes: number;
}

/** The nfacct objects of each namespace (Linux: net/netfilter/nfnetlink_acct.c). */
export class Accounting {
  readonly #objects: Table<AccountingObject>;

  constructor(sim: Sim) {
    this.#objects = sim.store.table('nf.accounting');
  }

  has(netns: string, name: string): boolean {
    return this.#objects.has(key(netns, name));
  }

  get(netns: string, name: string): Readonly<AccountingObject> | undefined {
    return this.#objects.get(key(netns, name));
  }

  /** False when the name is taken. */
  add(netns: string, name: string): boolean {
    if (this.has(netns, name)) return false;
    this.#objects.put(key(netns, name), { packets: 0, bytes: 0 });
    return true;
  }

  remove(netns: string, name: string): void {
    this.#objects.delete(key(netns, name));
  }

  reset(netns: string, name: string): void {
    this.#objects.put(key(netns, name), { packets: 0, bytes: 0 });
  }

  names(netns: string): string[] {
    return this.#objects.keysWithPrefix(`${netns}|`).map((objectKey) => objectKey.slice(netns.length + 1));
  }

  count(netns: string, name: string, bytes: number): void {
    const objectKey = key(netns, name);
    if (!this.#objects.has(objectKey)) return;
    const object = this.#objects.edit(objectKey);
    object.packets++;
    object.bytes += bytes;
  }
}

const key = (netns: string, name: string): string => `${netns}|${name}`;
