import { err, ok, type Result } from '@svclab/sim';
import { isObject } from '../json.js';
import { LAST_APPLIED } from '../patch/apply.js';
import { decodeStruct } from '../schema/decode.js';
import type { StructType } from '../schema/schema.js';
import type { KubeObject, Status } from '../types.js';
import { type Conflict, conflictStatus } from './conflicts.js';
import {
  capped,
  fieldsOf,
  isSameManager,
  type ManagedFieldsEntry,
  takeFromOthers,
  withFields,
  withoutReset,
  type Writer,
} from './entries.js';
import { difference, type FieldSet, intersection, isEmptySet, union } from './field-set.js';
import { type Shape, shapeOf } from './shape.js';
import { type Comparison, compareValues, fieldSetOf, mergeValues, removeFields, withNamedFields } from './typed-value.js';

/**
 * Who manages which fields of an object (structured-merge-diff merge/update.go, apimachinery pkg/util/managedfields/internal).
 * Objects have one version here, so sets of fields never need to be converted.
 */
export class FieldManager {
  readonly #shape: Shape;

  /** `reset`: fields that this way of writing never touches. */
  constructor(
    private readonly type: StructType,
    private readonly reset: FieldSet = {},
  ) {
    this.#shape = shapeOf(type);
  }

  /** The entries after `writer` made `after` of `before` by other means than apply. Without a writer the changed fields belong to nobody. */
  update(
    before: Readonly<KubeObject> | undefined,
    after: Readonly<KubeObject>,
    entries: readonly ManagedFieldsEntry[],
    writer: Writer | undefined,
  ): ManagedFieldsEntry[] {
    const { added, modified, removed } = this.#compare(before, after);
    const changed = union(added, modified);
    const others = takeFromOthers(entries, writer, union(changed, removed));
    if (!writer) return others;
    const own = union(difference(fieldsOf(others, writer), removed), changed);
    return capped(withFields(others, writer, withoutReset(own, this.reset)));
  }

  /** The object and its entries after `config` was applied to `live`; 409 where others manage what it changes. */
  apply(
    live: Readonly<KubeObject> | undefined,
    config: Readonly<Record<string, unknown>>,
    writer: Writer,
    force: boolean,
  ): Result<{ object: Record<string, unknown>; entries: ManagedFieldsEntry[] }, Status> {
    const { metadata: _identity, ...empty } = this.#emptyObject();
    const start = live ? withoutEntries(live) : { ...empty, apiVersion: config['apiVersion'], kind: config['kind'] };
    const entries = live ? this.#entriesBeforeApply(live, writer) : [];
    const last = fieldsOf(entries, writer);
    const applied = withFields(entries, writer, withoutReset(fieldSetOf(this.#shape, config), this.reset));
    const merged = mergeValues(this.#shape, start, config);
    const object = this.#prune(merged, last, applied) as Record<string, unknown>;
    const comparison = this.#compare(start as KubeObject, object as KubeObject);
    const conflicts = this.#conflicts(applied, writer, comparison);
    if (conflicts.length > 0 && !force && !(live && this.#wereAppliedBefore(live, conflicts, writer)))
      return err(conflictStatus(conflicts));
    const { added, modified, removed } = comparison;
    return ok({ object, entries: capped(takeFromOthers(applied, writer, union(union(added, modified), removed))) });
  }

  /** What was there before anybody's fields were recorded belongs to a manager of that name. */
  #entriesBeforeApply(live: Readonly<KubeObject>, { apiVersion, time }: Writer): readonly ManagedFieldsEntry[] {
    const { managedFields = [] } = live.metadata;
    if (managedFields.length > 0) return managedFields;
    return this.update(undefined, live, [], { manager: 'before-first-apply', operation: 'Update', apiVersion, time });
  }

  /** Fields that this manager applied before and no longer does go, unless somebody else manages them. */
  #prune(merged: unknown, last: FieldSet, entries: readonly ManagedFieldsEntry[]): unknown {
    if (isEmptySet(last)) return merged;
    const managed = entries.reduce<FieldSet>((all, { fieldsV1 }) => union(all, fieldsV1), {});
    const abandoned = difference(withNamedFields(this.#shape, last), withNamedFields(this.#shape, managed));
    return removeFields(this.#shape, merged, abandoned);
  }

  #conflicts(entries: readonly ManagedFieldsEntry[], writer: Writer, { added, modified }: Comparison): Conflict[] {
    const changed = union(added, modified);
    return entries
      .filter((entry) => !isSameManager(entry, writer))
      .map((entry) => ({ entry, fields: intersection(entry.fieldsV1, changed) }))
      .filter(({ fields }) => !isEmptySet(fields));
  }

  /**
   * kubectl that turns to server-side apply may change what client-side apply, by its annotation, set before and nobody has
   * changed since (managedfields/internal/lastappliedmanager.go).
   */
  #wereAppliedBefore(live: Readonly<KubeObject>, conflicts: readonly Conflict[], { manager }: Writer): boolean {
    const text = live.metadata.annotations?.[LAST_APPLIED];
    if (manager !== 'kubectl' || text === undefined) return false;
    const lastApplied = parsed(text);
    if (!isObject(lastApplied)) return false;
    const { modified, removed } = compareValues(this.#shape, lastApplied, live);
    const allowed = difference(fieldSetOf(this.#shape, lastApplied), union(modified, removed));
    return conflicts.every(({ fields }) => isEmptySet(difference(fields, allowed)));
  }

  #compare(before: Readonly<KubeObject> | undefined, after: Readonly<KubeObject>): Comparison {
    return compareValues(this.#shape, before ? withoutEntries(before) : this.#emptyObject(), withoutEntries(after));
  }

  /** What Go writes of an object in which nothing was set: compared with it, structures are not new, what is in them is. */
  #emptyObject(): Record<string, unknown> {
    const empty = decodeStruct(this.type, {});
    return empty.ok ? empty.value.value : {};
  }
}

function withoutEntries(object: Readonly<KubeObject>): KubeObject {
  if (!object.metadata?.managedFields) return object;
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
