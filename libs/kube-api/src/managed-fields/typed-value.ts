import { isObject, member, sameJson, setMember } from '../json.js';
import { FieldSetBuilder, isMember, type FieldPath, type FieldSet } from './field-set.js';
import { partShape, partsOf, type Part, type Shape } from './shape.js';

/** What is done with values and sets of fields (structured-merge-diff typed/typed.go). */

/** The fields that a value says something about. */
export function fieldSetOf(shape: Shape, value: unknown): FieldSet {
  const builder = new FieldSetBuilder();
  const visit = (parts: readonly Part[], parent: FieldPath): void => {
    for (const part of parts) {
      const path = [...parent, part.element];
      const children = partsOf(part.shape, part.value) ?? [];
      if (!part.named || children.length === 0) builder.add(path);
      visit(children, path);
    }
  };
  visit(partsOf(shape, value) ?? [], []);
  return builder.set;
}

/** How a value differs from the one before it. */
export interface Comparison {
  readonly added: FieldSet;
  readonly removed: FieldSet;
  readonly modified: FieldSet;
}

export function compareValues(shape: Shape, before: unknown, after: unknown): Comparison {
  const added = new FieldSetBuilder();
  const removed = new FieldSetBuilder();
  const modified = new FieldSetBuilder();
  const visit = (partShape: Shape, old: unknown, current: unknown, path: FieldPath): void => {
    const oldParts = partsOf(partShape, old) ?? [];
    const currentParts = partsOf(partShape, current) ?? [];
    if (path.length > 0) {
      if (old === undefined) added.add(path);
      else if (current === undefined) removed.add(path);
      else if (oldParts.length === 0 && currentParts.length === 0 && !sameJson(old, current)) modified.add(path);
    }
    const oldByElement = new Map(oldParts.map((part) => [part.element, part]));
    for (const part of currentParts) {
      visit(part.shape, oldByElement.get(part.element)?.value, part.value, [...path, part.element]);
      oldByElement.delete(part.element);
    }
    for (const part of oldByElement.values()) visit(part.shape, part.value, undefined, [...path, part.element]);
  };
  visit(shape, before, after, []);
  return { added: added.set, removed: removed.set, modified: modified.set };
}

/** `live` with everything that `config` says. */
export function mergeValues(shape: Shape, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  const parts = partsOf(shape, config);
  const liveParts = partsOf(shape, live);
  if (!parts || !liveParts) return config;
  const merged = (part: Part, before: Part | undefined): unknown =>
    before ? mergeValues(part.shape, before.value, part.value) : part.value;
  const liveByElement = new Map(liveParts.map((part) => [part.element, part]));
  if (!Array.isArray(config)) {
    const result: Record<string, unknown> = { ...(live as Record<string, unknown>) };
    for (const part of parts) setMember(result, part.element.slice(2), merged(part, liveByElement.get(part.element)));
    return result;
  }
  return inConfigOrder(liveParts, parts).map((part) => (parts.includes(part) ? merged(part, liveByElement.get(part.element)) : part.value));
}

/** Elements of the applied list in its order, and between them those that are live only, each before what it stood before. */
function inConfigOrder(live: readonly Part[], config: readonly Part[]): Part[] {
  const configured = new Set(config.map(({ element }) => element));
  const order: Part[] = [];
  let next = 0;
  const takeLiveOnly = (): void => {
    while (next < live.length && !configured.has(live[next]!.element)) order.push(live[next++]!);
  };
  for (const part of config) {
    takeLiveOnly();
    order.push(part);
    if (live[next]?.element === part.element) next++;
  }
  for (; next < live.length; next++) if (!configured.has(live[next]!.element)) order.push(live[next]!);
  return order;
}

/** A value without the members of `set`, and all that is in them. */
export function removeFields(shape: Shape, value: unknown, set: FieldSet): unknown {
  const parts = partsOf(shape, value);
  if (!parts) return value;
  const kept = parts
    .filter(({ element }) => set[element] === undefined || !isMember(set[element]))
    .map((part) => ({ part, value: removeFields(part.shape, part.value, set[part.element] ?? {}) }));
  if (Array.isArray(value)) return kept.map((remaining) => remaining.value);
  const result: Record<string, unknown> = {};
  for (const { part, value: remaining } of kept) setMember(result, part.element.slice(2), remaining);
  return result;
}

/** A set in which declared fields that have members below them are members too, so that an emptied structure goes as a whole. */
export function withNamedFields(shape: Shape, set: FieldSet): FieldSet {
  const result: Record<string, FieldSet> = {};
  for (const element of Object.keys(set)) {
    const node = set[element]!;
    const children = withNamedFields(partShape(shape, element), node);
    const named = shape.is === 'struct' && shape.type.fields.has(element.slice(2));
    result[element] = named && !isMember(node) ? { '.': {}, ...children } : children;
  }
  return result;
}

/** Members that are null say that nothing shall be there: the value without them. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const item = member(value, name);
    if (item !== null && item !== undefined) setMember(result, name, withoutNulls(item));
  }
  return result;
}
