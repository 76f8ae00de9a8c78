import { isObject, member } from '../json.js';
import type { SchemaField, SchemaType, StructType } from '../schema/schema.js';
import { field, listItem, setValue } from './path-element.js';

/**
 * How server-side apply sees a value: whole (`atomic`), or made of parts that may have owners of their own. `open` is a value
 * without a schema: its objects are maps, its lists are whole.
 */
export type Shape =
  | { readonly is: 'atomic' }
  | { readonly is: 'open' }
  | { readonly is: 'struct'; readonly type: StructType }
  | { readonly is: 'map'; readonly element: Shape }
  | { readonly is: 'list'; readonly keys: readonly string[]; readonly element: Shape }
  | { readonly is: 'set' };

const ATOMIC: Shape = { is: 'atomic' };
const OPEN: Shape = { is: 'open' };
const SET: Shape = { is: 'set' };

export function shapeOf(type: SchemaType, { atomic, listKeys, mergeKey, mergeValues }: Partial<SchemaField> = {}): Shape {
  if (atomic) return ATOMIC;
  switch (type.kind) {
    case 'scalar':
      return type.scalar === 'object' ? OPEN : ATOMIC;
    case 'struct':
      return type.atomic ? ATOMIC : { is: 'struct', type };
    case 'map':
      return { is: 'map', element: shapeOf(type.element) };
    case 'list': {
      const keys = listKeys ?? (mergeKey === undefined ? undefined : [mergeKey]);
      if (keys) return { is: 'list', keys, element: shapeOf(type.element) };
      return mergeValues ? SET : ATOMIC;
    }
  }
}

/** A part of a value. `named`: a field that its structure declares, whether it is there or not. */
export interface Part {
  readonly element: string;
  readonly value: unknown;
  readonly shape: Shape;
  readonly named: boolean;
}

/** The parts of a value in their order; undefined where it has none: it is whole, or null, or not there. */
export function partsOf(shape: Shape, value: unknown): readonly Part[] | undefined {
  switch (shape.is) {
    case 'atomic':
      return undefined;
    case 'open':
    case 'struct':
    case 'map':
      return isObject(value) ? memberParts(shape, value) : undefined;
    case 'list':
      return Array.isArray(value) ? itemParts(shape.keys, shape.element, value) : undefined;
    case 'set':
      return Array.isArray(value)
        ? value.map((item: unknown) => ({ element: setValue(item), value: item, shape: ATOMIC, named: false }))
        : undefined;
  }
}

function memberParts(shape: Shape, value: Record<string, unknown>): Part[] {
  return Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .map((name) => ({
      element: field(name),
      value: member(value, name),
      shape: partShape(shape, field(name)),
      named: shape.is === 'struct',
    }));
}

const itemParts = (keys: readonly string[], shape: Shape, items: readonly unknown[]): Part[] =>
  items.map((item, i) => ({
    element: (isObject(item) ? listItem(keys, item) : undefined) ?? `i:${i}`,
    value: item,
    shape,
    named: false,
  }));

/** The shape of the part that a path element names. */
export function partShape(shape: Shape, element: string): Shape {
  switch (shape.is) {
    case 'struct': {
      const declared = shape.type.fields.get(element.slice(2));
      return declared ? shapeOf(declared.type, declared) : OPEN;
    }
    case 'map':
    case 'list':
      return shape.element;
    case 'open':
      return OPEN;
    default:
      return ATOMIC;
  }
}
