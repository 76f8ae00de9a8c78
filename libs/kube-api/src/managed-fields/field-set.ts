/**
 * A set of fields of an object, in the form in which `metadata.managedFields` holds it (meta/v1 FieldsV1): a tree of path
 * elements. An element without children is a member; one with children is a member only if it also has the child `.`.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

interface MutableFieldSet {
  [element: string]: MutableFieldSet;
}

/** Path elements from the root, as `field`, `listItem` and `setValue` of path-element.ts write them. */
export type FieldPath = readonly string[];

const SELF = '.';

/** Whether the field at which this subtree begins belongs to the set. The root is no field. */
export const isMember = (node: FieldSet): boolean => isEmptySet(node) || Object.hasOwn(node, SELF);

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Builds a set path by path. */
export class FieldSetBuilder {
  readonly set: MutableFieldSet = {};

  add(path: FieldPath): void {
    let node = this.set;
    for (const [depth, element] of path.entries()) {
      const isLast = depth === path.length - 1;
      const child = node[element];
      if (!child) {
        // What is on the way to a member is none itself.
        node[element] = path.slice(depth + 1).reduceRight<MutableFieldSet>((below, next) => ({ [next]: below }), {});
        return;
      }
      if (isEmptySet(child) ? !isLast : isLast) child[SELF] = {};
      node = child;
    }
  }
}

type Holds = (inA: boolean, inB: boolean) => boolean;

function combine(a: FieldSet, b: FieldSet, holds: Holds): FieldSet {
  const combined: MutableFieldSet = {};
  for (const element of elementsOf(a, b)) {
    const left = a[element];
    const right = b[element];
    const children = combine(left ?? {}, right ?? {}, holds);
    const remains = holds(left !== undefined && isMember(left), right !== undefined && isMember(right));
    if (remains) combined[element] = isEmptySet(children) ? {} : { [SELF]: {}, ...children };
    else if (!isEmptySet(children)) combined[element] = children;
  }
  return combined;
}

const elementsOf = (a: FieldSet, b: FieldSet): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((element) => element !== SELF).toSorted();

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (inA, inB) => inA || inB);

export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (inA, inB) => inA && inB);

export const difference = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (inA, inB) => inA && !inB);

/** As {@link difference}, and what lies below a member of `b` goes with it. */
export function differenceWithChildren(a: FieldSet, b: FieldSet): FieldSet {
  const remaining: MutableFieldSet = {};
  for (const element of Object.keys(a)) {
    const removed = b[element];
    if (removed === undefined) remaining[element] = a[element]!;
    else if (!isMember(removed)) {
      const rest = differenceWithChildren(a[element]!, removed);
      if (!isEmptySet(rest)) remaining[element] = rest;
    }
  }
  return remaining;
}

/** Every member's path, parents before their children. */
export function pathsOf(set: FieldSet, parent: FieldPath = []): FieldPath[] {
  return Object.keys(set)
    .filter((element) => element !== SELF)
    .toSorted()
    .flatMap((element) => {
      const path = [...parent, element];
      const node = set[element]!;
      return isMember(node) ? [path, ...pathsOf(node, path)] : pathsOf(node, path);
    });
}
