/** What identifies an element of a merged list: the value of its merge key, or the element itself in a list of plain values. */
export type ElementKey = (element: unknown) => unknown;

/**
 * Puts a merged list in order (apimachinery strategicpatch `normalizeElementOrder`):
 * elements named in `wanted` stand in that order; the others, which only the server
 * knows, keep their places between them as far as `before` tells them.
 */
export function orderElements(
  merged: readonly unknown[],
  wanted: readonly unknown[],
  before: readonly unknown[],
  keyOf: ElementKey,
): unknown[] {
  const rank = new Map(wanted.map((key, i) => [key, i]));
  const named = merged.filter((element) => rank.has(keyOf(element))).toSorted((a, b) => rank.get(keyOf(a))! - rank.get(keyOf(b))!);
  const serverOnly = merged.filter((element) => !rank.has(keyOf(element)));
  const place = new Map(before.map((element, i) => [keyOf(element), i]));
  const ordered: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < named.length || j < serverOnly.length) {
    if (i === named.length) ordered.push(serverOnly[j++]);
    else if (j === serverOnly.length) ordered.push(named[i++]);
    else {
      const left = place.get(keyOf(named[i]));
      const right = place.get(keyOf(serverOnly[j]));
      ordered.push(left !== undefined && right !== undefined && left < right ? named[i++] : serverOnly[j++]);
    }
  }
  return ordered;
}
