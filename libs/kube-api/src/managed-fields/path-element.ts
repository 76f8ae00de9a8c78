import { member } from '../json.js';
import type { FieldPath } from './field-set.js';

/** Elements of field paths, as FieldsV1 writes them (structured-merge-diff fieldpath/serialize-pe.go). */

/** A member of a structure or a map: `f:spec`. */
export const field = (name: string): string => `f:${name}`;

/** An element of a list that is told apart by `keys`: `k:{"port":80,"protocol":"TCP"}`. Undefined where a key is missing. */
export function listItem(keys: readonly string[], item: Record<string, unknown>): string | undefined {
  const values: Record<string, unknown> = {};
  for (const key of keys.toSorted()) {
    values[key] = member(item, key) ?? member(KEY_DEFAULTS, key);
    if (values[key] === undefined) return undefined;
  }
  return `k:${JSON.stringify(values)}`;
}

/** Keys that an element may leave out, with what they are then. */
const KEY_DEFAULTS: Record<string, unknown> = { protocol: 'TCP' };

/** A value in a list that is a set: `v:"kubernetes"`. */
export const setValue = (value: unknown): string => `v:${JSON.stringify(value)}`;

/** `.spec.ports[port=80,protocol="TCP"].name`: a path as messages show it. */
export const pathText = (path: FieldPath): string => path.map(elementText).join('');

function elementText(element: string): string {
  const content = element.slice(2);
  switch (element[0]) {
    case 'k': {
      const keys = Object.entries(JSON.parse(content) as Record<string, unknown>);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v':
      return `[=${content}]`;
    default:
      return `.${content}`;
  }
}
