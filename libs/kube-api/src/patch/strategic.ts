import { cloneJson, err, ok, type Result } from '@svclab/sim';
import { isObject, member, sameJson, setMember } from '../json.js';
import type { SchemaField, SchemaType, StructType } from '../schema/schema.js';
import { orderElements } from './element-order.js';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ELEMENT_ORDER = '$setElementOrder/';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';

type Members = Record<string, unknown>;

class PatchFailure extends Error {}

/**
 * Strategic merge patch (apimachinery pkg/util/strategicpatch/patch.go): like a JSON
 * merge patch, but lists that have a merge key in the schema merge element by element,
 * and members that start with `$` say what else to do. `original` is left as it was.
 */
export function strategicMergePatch(type: StructType, original: Members, patch: unknown): Result<Members, string> {
  if (!isObject(patch)) return err('cannot unmarshal patch into an object');
  try {
    return ok(mergeMembers(type, original, patch));
  } catch (failure) {
    if (failure instanceof PatchFailure) return err(failure.message);
    throw failure;
  }
}

function mergeMembers(type: SchemaType | undefined, original: Members, patch: Members): Members {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return withoutDirectives(patch) as Members;
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw new PatchFailure(`Unknown patch type found: ${String(directive)}`);

  const merged: Members = {};
  const retained = retainedKeys(patch);
  for (const key of Object.keys(original)) if (!retained || retained.has(key)) setMember(merged, key, original[key]);
  for (const key of Object.keys(patch)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER)) continue;
    if (key.startsWith(DELETE_FROM_LIST)) {
      deleteValues(merged, key.slice(DELETE_FROM_LIST.length), patch[key]);
      continue;
    }
    const change = patch[key];
    if (change === null) delete merged[key];
    else setMember(merged, key, mergeValue(type, key, member(merged, key), change, patch[ELEMENT_ORDER + key]));
  }
  reorderUntouchedLists(type, merged, original, patch);
  return merged;
}

function retainedKeys(patch: Members): Set<unknown> | undefined {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return undefined;
  if (!Array.isArray(keys)) throw new PatchFailure(`expected a list for ${RETAIN_KEYS}`);
  return new Set<unknown>(keys);
}

function mergeValue(type: SchemaType | undefined, key: string, before: unknown, change: unknown, order: unknown): unknown {
  const field = fieldOf(type, key);
  if (isObject(change)) return mergeMembers(field?.type ?? elementOf(type), isObject(before) ? before : {}, change);
  if (!Array.isArray(change)) return change;
  if (field?.mergeKey !== undefined) return mergeList(field, field.mergeKey, Array.isArray(before) ? before : [], change, order);
  if (field?.mergeValues) return mergeSet(Array.isArray(before) ? before : [], change, order);
  return cloneJson(change);
}

function mergeList(
  field: SchemaField,
  mergeKey: string,
  before: readonly unknown[],
  changes: readonly unknown[],
  order: unknown,
): unknown[] {
  const keyOf = (element: unknown): unknown => (isObject(element) ? element[mergeKey] : undefined);
  const replaces = changes.some((change) => isObject(change) && change[DIRECTIVE] === 'replace');
  const merged: unknown[] = replaces ? [] : [...before];
  const named: unknown[] = [];
  for (const change of changes) {
    if (!isObject(change)) throw new PatchFailure(`expected an object in a list that merges by ${mergeKey}`);
    const directive = change[DIRECTIVE];
    if (directive === 'replace' && Object.keys(change).length === 1) continue;
    const key = change[mergeKey];
    if (key === undefined) throw new PatchFailure(`map: ${goMap(change)} does not contain declared merge key: ${mergeKey}`);
    const at = merged.findIndex((element) => keyOf(element) === key);
    if (directive === 'delete') {
      if (at >= 0) merged.splice(at, 1);
      continue;
    }
    named.push(key);
    const existing = merged[at];
    const result = mergeMembers(elementOf(field.type), isObject(existing) ? existing : {}, change);
    if (at >= 0) merged[at] = result;
    else merged.push(result);
  }
  return orderElements(merged, orderKeys(order, keyOf) ?? named, before, keyOf);
}

function mergeSet(before: readonly unknown[], changes: readonly unknown[], order: unknown): unknown[] {
  const merged = [...new Set([...before, ...changes])];
  return orderElements(merged, orderKeys(order, itself) ?? changes, before, itself);
}

const itself = (element: unknown): unknown => element;

/** Keys of a `$setElementOrder` list, whose elements are plain values or objects with the merge key alone. */
function orderKeys(order: unknown, keyOf: (element: unknown) => unknown): unknown[] | undefined {
  return Array.isArray(order) ? order.map((element: unknown) => (isObject(element) ? keyOf(element) : element)) : undefined;
}

/** `$setElementOrder` of a list that the patch does not change otherwise. */
function reorderUntouchedLists(type: SchemaType | undefined, merged: Members, original: Members, patch: Members): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(ELEMENT_ORDER)) continue;
    const key = directive.slice(ELEMENT_ORDER.length);
    const list = member(merged, key);
    if (Object.hasOwn(patch, key) || !Array.isArray(list)) continue;
    const mergeKey = fieldOf(type, key)?.mergeKey;
    const keyOf = (element: unknown): unknown => (mergeKey !== undefined && isObject(element) ? element[mergeKey] : element);
    const before = member(original, key);
    merged[key] = orderElements(list, orderKeys(patch[directive], keyOf) ?? [], Array.isArray(before) ? before : [], keyOf);
  }
}

function deleteValues(merged: Members, key: string, values: unknown): void {
  const list = member(merged, key);
  if (!Array.isArray(values)) throw new PatchFailure(`expected a list for ${DELETE_FROM_LIST}${key}`);
  if (Array.isArray(list)) merged[key] = list.filter((element) => !values.some((value) => sameJson(element, value)));
}

const fieldOf = (type: SchemaType | undefined, key: string): SchemaField | undefined =>
  type?.kind === 'struct' ? type.fields.get(key) : undefined;

const elementOf = (type: SchemaType | undefined): SchemaType | undefined =>
  type?.kind === 'list' || type?.kind === 'map' ? type.element : undefined;

/** A value that is set where nothing was: what a patch says, without its instructions. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isObject(value)) return value;
  const clean: Members = {};
  for (const key of Object.keys(value)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER) || key.startsWith(DELETE_FROM_LIST)) continue;
    setMember(clean, key, withoutDirectives(value[key]));
  }
  return clean;
}

/** `map[image:nginx]`, as Go prints it. */
const goMap = (members: Members): string =>
  `map[${Object.keys(members)
    .toSorted()
    .map((key) => `${key}:${isObject(members[key]) ? goMap(members[key]) : String(members[key])}`)
    .join(' ')}]`;
