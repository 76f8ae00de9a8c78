import { isObject, sameJson } from '../json.js';
import { difference, differenceWithChildren, isEmptySet, union, type FieldSet } from './field-set.js';

/** One manager's fields (meta/v1 ManagedFieldsEntry). */
export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** When its set of fields last changed. */
  readonly time: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
  readonly subresource?: string;
}

/** Who writes. A manager that applies and one that updates are two, also where they have the same name. */
export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time: string;
}

/** What nobody manages: it tells which object this is (managedfields/internal/stripmeta.go). */
const NOT_MANAGED: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    ...Object.fromEntries(
      ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map(
        (name) => [`f:${name}`, {}],
      ),
    ),
  },
};

export const isSameManager = (entry: ManagedFieldsEntry, { manager, operation, subresource = '', apiVersion }: Writer): boolean =>
  entry.manager === manager &&
  entry.operation === operation &&
  (entry.subresource ?? '') === subresource &&
  (operation === 'Apply' || entry.apiVersion === apiVersion);

export const fieldsOf = (entries: readonly ManagedFieldsEntry[], writer: Writer): FieldSet =>
  entries.find((entry) => isSameManager(entry, writer))?.fieldsV1 ?? {};

/** The entries after the writer's own became `fields`; its time is that of the last change. */
export function withFields(entries: readonly ManagedFieldsEntry[], writer: Writer, fields: FieldSet): ManagedFieldsEntry[] {
  const managed = difference(fields, NOT_MANAGED);
  const others = entries.filter((entry) => !isSameManager(entry, writer));
  if (isEmptySet(managed)) return others;
  const before = entries.find((entry) => isSameManager(entry, writer));
  const { manager, operation, apiVersion, subresource, time } = writer;
  const changed = !before || before.apiVersion !== apiVersion || !sameJson(before.fieldsV1, managed);
  const own: ManagedFieldsEntry = changed
    ? { manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: managed, ...(subresource && { subresource }) }
    : before;
  return [...others, own];
}

/** Takes fields from everybody but `writer`; who is left with none is forgotten. */
export function takeFromOthers(entries: readonly ManagedFieldsEntry[], writer: Writer | undefined, fields: FieldSet): ManagedFieldsEntry[] {
  return entries.flatMap((entry) => {
    if (writer && isSameManager(entry, writer)) return [entry];
    const rest = difference(entry.fieldsV1, fields);
    return isEmptySet(rest) ? [] : [sameJson(rest, entry.fieldsV1) ? entry : { ...entry, fieldsV1: rest }];
  });
}

/** More than so many that update are forgotten one by one: what the oldest wrote counts as ancient (`DefaultMaxUpdateManagers`). */
const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

export function capped(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const sorted = entries.toSorted(byOrder);
  const updaters = sorted.filter(({ operation, subresource }) => operation === 'Update' && !subresource);
  const tooMany = updaters.slice(0, Math.max(0, updaters.length - MAX_UPDATERS + 1));
  if (updaters.length <= MAX_UPDATERS) return sorted;
  const fieldsV1 = tooMany.reduce<FieldSet>((all, entry) => union(all, entry.fieldsV1), {});
  const ancient: ManagedFieldsEntry = { ...tooMany.at(-1)!, manager: ANCIENT, fieldsV1 };
  return [...sorted.filter((entry) => !tooMany.includes(entry)), ancient].toSorted(byOrder);
}

/** Appliers first, then by time (managedfields/internal/managedfields.go `sortEncodedManagedFields`). */
function byOrder(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  const keys = (entry: ManagedFieldsEntry): string[] => [
    entry.operation,
    entry.time,
    entry.manager,
    entry.apiVersion,
    entry.subresource ?? '',
  ];
  const right = keys(b);
  for (const [i, key] of keys(a).entries()) if (key !== right[i]) return key < right[i]! ? -1 : 1;
  return 0;
}

/** Fields that a write to this part of an object does not touch, whatever it says (`GetResetFields` of a kind's strategy). */
export const resetFields = (hasStatus: boolean, subresource: string | undefined): FieldSet =>
  subresource === 'status' ? { 'f:spec': {}, 'f:metadata': {} } : hasStatus ? { 'f:status': {} } : {};

export const withoutReset = (fields: FieldSet, reset: FieldSet): FieldSet => differenceWithChildren(fields, reset);

/**
 * What a client says in `metadata.managedFields`. Undefined where it says nothing that can be read: the stored ones stay. One
 * empty entry clears them.
 */
export function requestedEntries(value: unknown): ManagedFieldsEntry[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (value.length === 1 && isObject(value[0]) && Object.keys(value[0]).length === 0) return [];
  return value.every(isEntry) ? value : undefined;
}

function isEntry(value: unknown): value is ManagedFieldsEntry {
  if (!isObject(value)) return false;
  const { operation, fieldsType, fieldsV1, apiVersion } = value;
  return (
    (operation === 'Apply' || operation === 'Update') &&
    fieldsType === 'FieldsV1' &&
    typeof apiVersion === 'string' &&
    (value['manager'] === undefined || typeof value['manager'] === 'string') &&
    isFieldSet(fieldsV1)
  );
}

const isFieldSet = (value: unknown): value is FieldSet =>
  isObject(value) && Object.entries(value).every(([element, child]) => isPathElement(element) && isFieldSet(child));

function isPathElement(element: string): boolean {
  if (element === '.' || element.startsWith('f:')) return true;
  if (!/^[kvi]:/.test(element)) return false;
  try {
    const content: unknown = JSON.parse(element.slice(2));
    return element[0] !== 'k' || isObject(content);
  } catch {
    return false;
  }
}
