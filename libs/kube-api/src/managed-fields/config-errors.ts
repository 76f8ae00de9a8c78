import { isObject } from '../json.js';
import { jsonKind } from '../schema/decode.js';
import type { SchemaField, SchemaType, StructType } from '../schema/schema.js';
import { listItem, pathText, field as fieldElement } from './path-element.js';

/**
 * Why a configuration is none of its kind (structured-merge-diff typed/validate.go); '' where it is. Several reasons are
 * listed as upstream does.
 */
export function configErrors(type: StructType, config: Record<string, unknown>): string {
  const errors: string[] = [];
  const { apiVersion: _apiVersion, kind: _kind, ...members } = config;
  checkStruct(type, members, '', errors);
  if (errors.length <= 1) return errors.join('');
  return ['errors:', ...errors.toSorted().map((error) => `  ${error}`)].join('\n');
}

function checkStruct(type: StructType, value: Record<string, unknown>, path: string, errors: string[]): void {
  for (const name of Object.keys(value)) {
    const at = `${path}${pathText([fieldElement(name)])}`;
    const declared = type.fields.get(name);
    if (!declared) errors.push(`${at}: field not declared in schema`);
    else check(declared.type, declared, value[name], at, errors);
  }
}

function check(type: SchemaType, field: SchemaField | undefined, value: unknown, path: string, errors: string[]): void {
  if (value === null || value === undefined) return;
  switch (type.kind) {
    case 'struct':
      if (isObject(value)) checkStruct(type, value, path, errors);
      else errors.push(`${path}: expected map, got ${goValue(value)}`);
      return;
    case 'map':
      if (!isObject(value)) errors.push(`${path}: expected map, got ${goValue(value)}`);
      else for (const key of Object.keys(value)) check(type.element, undefined, value[key], `${path}.${key}`, errors);
      return;
    case 'list':
      if (!Array.isArray(value)) errors.push(`${path}: expected list, got ${goValue(value)}`);
      else checkList(type.element, field, value, path, errors);
      return;
    case 'scalar':
      checkScalar(type.scalar, value, path, errors);
  }
}

function checkList(element: SchemaType, field: SchemaField | undefined, items: readonly unknown[], path: string, errors: string[]): void {
  const keys = field?.listKeys ?? (field?.mergeKey === undefined ? undefined : [field.mergeKey]);
  const seen = new Set<string>();
  for (const [i, item] of items.entries()) {
    const key = keys && isObject(item) ? listItem(keys, item) : undefined;
    if (keys && isObject(item) && key === undefined) {
      const missing = keys.find((name) => item[name] === undefined);
      errors.push(
        `${path}: element ${i}: associative list with keys has an element that omits key field "${missing}" (and doesn't have default value)`,
      );
      continue;
    }
    if (key !== undefined && seen.has(key)) errors.push(`${path}: duplicate entries for key ${pathText([key])}`);
    if (key !== undefined) seen.add(key);
    check(element, undefined, item, path + (key === undefined ? `[${i}]` : pathText([key])), errors);
  }
}

function checkScalar(scalar: string, value: unknown, path: string, errors: string[]): void {
  const kind = jsonKind(value);
  const expected = EXPECTED[scalar];
  if (expected && !expected.kinds.includes(kind)) errors.push(`${path}: expected ${expected.text}, got ${goValue(value)}`);
}

const STRING = { kinds: ['string'], text: 'string' };
const NUMBER = { kinds: ['number'], text: 'numeric (int or float)' };

const EXPECTED: Readonly<Record<string, { readonly kinds: readonly string[]; readonly text: string }>> = {
  string: STRING,
  bytes: STRING,
  Time: STRING,
  MicroTime: STRING,
  bool: { kinds: ['bool'], text: 'boolean' },
  int32: NUMBER,
  int64: NUMBER,
  IntOrString: { kinds: ['number', 'string'], text: 'string' },
  Quantity: { kinds: ['number', 'string'], text: 'string' },
};

/** A value as structured-merge-diff's messages show it. */
const goValue = (value: unknown): string => (typeof value === 'object' ? `&{${JSON.stringify(value)}}` : JSON.stringify(value));
