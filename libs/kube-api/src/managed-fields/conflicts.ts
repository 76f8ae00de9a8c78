import type { Status } from '../types.js';
import { applyConflict } from '../status.js';
import type { ManagedFieldsEntry } from './entries.js';
import { type FieldSet, pathsOf } from './field-set.js';
import { pathText } from './path-element.js';

/** Fields that somebody else manages, and that the applied configuration would change. */
export interface Conflict {
  readonly entry: ManagedFieldsEntry;
  readonly fields: FieldSet;
}

/** 409 (managedfields/internal/conflict.go). */
export function conflictStatus(conflicts: readonly Conflict[]): Status {
  const causes = conflicts
    .toSorted((a, b) => (managerText(a.entry) < managerText(b.entry) ? -1 : 1))
    .flatMap(({ entry, fields }) => pathsOf(fields).map((path) => ({ manager: managerText(entry), field: pathText(path) })));
  return applyConflict(
    messageOf(causes),
    causes.map(({ manager, field }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field })),
  );
}

function messageOf(causes: readonly { readonly manager: string; readonly field: string }[]): string {
  if (causes.length === 1) return `Apply failed with 1 conflict: conflict with ${causes[0]!.manager}: ${causes[0]!.field}`;
  const lines = [...new Set(causes.map(({ manager }) => manager))].flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...causes.filter((cause) => cause.manager === manager).map(({ field }) => `- ${field}`),
  ]);
  return `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
}

function managerText({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
