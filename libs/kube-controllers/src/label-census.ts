import { canonicalJson } from '@svclab/sim';

export type Labels = Readonly<Record<string, string>> | undefined;

/** How many objects carry which labels. Pods of one template all carry the same: a selector is held against a few sets, not against each pod. */
export class LabelCensus {
  readonly #sets = new Map<string, { readonly labels: Labels; count: number }>();

  add(labels: Labels): void {
    const key = keyOf(labels);
    const set = this.#sets.get(key);
    if (set) set.count++;
    else this.#sets.set(key, { labels, count: 1 });
  }

  /** Labels that were added before. */
  remove(labels: Labels): void {
    const key = keyOf(labels);
    const set = this.#sets.get(key)!;
    if (--set.count === 0) this.#sets.delete(key);
  }

  /** How many objects have labels that `matches` takes. */
  count(matches: (labels: Labels) => boolean): number {
    let count = 0;
    for (const set of this.#sets.values()) if (matches(set.labels)) count += set.count;
    return count;
  }

  get isEmpty(): boolean {
    return this.#sets.size === 0;
  }
}

const keyOf = (labels: Labels): string => canonicalJson(labels ?? {});
