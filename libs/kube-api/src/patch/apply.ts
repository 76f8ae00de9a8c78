import { isObject, member, sameJson, setMember, sortedJson } from '../json.js';
import type { SchemaField, SchemaType } from '../schema/schema.js';
import { orderElements } from './element-order.js';

/** Where `kubectl apply` keeps the manifest it applied last. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Members = Record<string, unknown>;

/**
 * The object that `kubectl apply` of `modified` makes of `current`: what the manifest
 * says is set, what the manifest before it (`original`) said and this one does not is
 * removed, and everything else stays (strategicpatch `CreateThreeWayMergePatch`, and
 * the patch carried out).
 */
export function threeWayMerge(type: SchemaType | undefined, original: Members, modified: Members, current: Members): Members {
  const merged: Members = {};
  for (const key of Object.keys(current)) {
    const dropped = Object.hasOwn(original, key) && member(modified, key) === undefined;
    if (!dropped) setMember(merged, key, current[key]);
  }
  for (const key of Object.keys(modified)) {
    const value = modified[key];
    const field = type?.kind === 'struct' ? type.fields.get(key) : undefined;
    if (value === null) delete merged[key];
    else if (value !== undefined)
      setMember(merged, key, mergeValue(field, field?.type ?? elementOf(type), member(original, key), value, member(current, key)));
  }
  return merged;
}

function mergeValue(
  field: SchemaField | undefined,
  type: SchemaType | undefined,
  original: unknown,
  modified: unknown,
  current: unknown,
): unknown {
  if (isObject(modified)) {
    const merged = threeWayMerge(type, isObject(original) ? original : {}, modified, isObject(current) ? current : {});
    return field?.retainKeys ? retain(merged, modified, current) : merged;
  }
  if (!Array.isArray(modified) || !field) return modified;
  const lists = [original, current].map((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  if (field.mergeKey !== undefined) return mergeList(field, field.mergeKey, lists[0]!, modified, lists[1]!);
  if (field.mergeValues) {
    const kept = lists[1]!.filter((value) => modified.includes(value) || !lists[0]!.includes(value));
    return orderElements([...new Set([...kept, ...(modified as unknown[])])], modified, lists[1]!, (value) => value);
  }
  return modified;
}

function mergeList(field: SchemaField, mergeKey: string, original: unknown[], modified: unknown[], current: unknown[]): unknown[] {
  const keyOf = (element: unknown): unknown => (isObject(element) ? element[mergeKey] : undefined);
  const find = (list: unknown[], key: unknown): unknown => list.find((element) => keyOf(element) === key);
  const merged = current.filter((element) => find(modified, keyOf(element)) === undefined && find(original, keyOf(element)) === undefined);
  for (const element of modified) {
    const key = keyOf(element);
    merged.push(mergeValue(retainOnly(field), elementOf(field.type), find(original, key), element, find(current, key)));
  }
  return orderElements(merged, modified.map(keyOf), current, keyOf);
}

/** The flags of a list field that hold for each of its elements. */
const retainOnly = (field: SchemaField): SchemaField | undefined =>
  field.retainKeys ? { type: field.type, pointer: false, omitEmpty: true, retainKeys: true } : undefined;

/** Members that the manifest does not name go, if it changes any: a volume cannot keep its old source beside a new one. */
function retain(merged: Members, modified: Members, current: unknown): Members {
  if (sameJson(merged, current)) return merged;
  return Object.fromEntries(Object.entries(merged).filter(([key]) => Object.hasOwn(modified, key)));
}

const elementOf = (type: SchemaType | undefined): SchemaType | undefined =>
  type?.kind === 'list' || type?.kind === 'map' ? type.element : undefined;

/** The manifest as the annotation holds it: JSON as Go writes it, keys sorted, a newline at the end. */
export function lastAppliedText(manifest: Members): string {
  const metadata = isObject(manifest['metadata']) ? manifest['metadata'] : {};
  const annotations = { ...(isObject(metadata['annotations']) ? metadata['annotations'] : {}) };
  delete annotations[LAST_APPLIED];
  const text = JSON.stringify(sortedJson({ ...manifest, metadata: { ...metadata, annotations } }));
  return `${text.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
