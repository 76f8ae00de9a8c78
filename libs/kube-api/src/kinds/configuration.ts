import { forbidden, invalidValue, tooLong, type FieldError } from '../field-error.js';
import { sameJson } from '../json.js';
import { utf8Length } from '../metadata.js';
import { configMapKey } from '../names.js';
import type { KubeObject } from '../types.js';
import { ageColumn, nameColumn } from './columns.js';
import type { KindRules } from './kind.js';

/** 1 MiB, of ConfigMaps and Secrets alike. */
const MAX_DATA_BYTES = 1024 * 1024;

const dataOf = (object: Readonly<KubeObject>, member: string): Record<string, string> => (object[member] ?? {}) as Record<string, string>;

export const configMapRules: KindRules = {
  validate: (configMap) => {
    const data = dataOf(configMap, 'data');
    const binary = dataOf(configMap, 'binaryData');
    const errors = keyErrors(data, 'data');
    for (const key of Object.keys(data).toSorted())
      if (Object.hasOwn(binary, key)) errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    errors.push(...keyErrors(binary, 'binaryData'));
    if (bytesOf(data) + base64BytesOf(binary) > MAX_DATA_BYTES) errors.push(tooLong('', MAX_DATA_BYTES));
    return errors;
  },
  validateUpdate: (configMap, previous) => immutableErrors(configMap, previous, ['data', 'binaryData']),
  columns: [
    nameColumn,
    { name: 'Data', cell: (object) => Object.keys(dataOf(object, 'data')).length + Object.keys(dataOf(object, 'binaryData')).length },
    ageColumn,
  ],
};

export const secretRules: KindRules = {
  applyDefaults: (secret) => {
    secret['type'] ??= 'Opaque';
    const plain = secret['stringData'] as Record<string, string> | undefined;
    if (plain) {
      const data: Record<string, string> = { ...dataOf(secret, 'data') };
      for (const key of Object.keys(plain)) data[key] = base64(plain[key]!);
      secret['data'] = data;
      delete secret['stringData'];
    }
  },
  validate: (secret) => {
    const errors = keyErrors(dataOf(secret, 'data'), 'data');
    if (base64BytesOf(dataOf(secret, 'data')) > MAX_DATA_BYTES) errors.push(tooLong('data', MAX_DATA_BYTES));
    return errors;
  },
  validateUpdate: (secret, previous) => {
    const errors = immutableErrors(secret, previous, ['data']);
    if (secret['type'] !== previous['type']) errors.unshift(invalidValue('type', secret['type'], 'field is immutable'));
    return errors;
  },
  selectableFields: { type: (secret) => secret['type'] },
  columns: [
    nameColumn,
    { name: 'Type', cell: (secret) => (secret['type'] as string | undefined) ?? '' },
    { name: 'Data', cell: (secret) => Object.keys(dataOf(secret, 'data')).length },
    ageColumn,
  ],
};

export const serviceAccountRules: KindRules = {
  columns: [nameColumn, { name: 'Secrets', cell: (account) => ((account['secrets'] ?? []) as unknown[]).length }, ageColumn],
};

const keyErrors = (data: Record<string, string>, field: string): FieldError[] =>
  Object.keys(data)
    .toSorted()
    .flatMap((key) => configMapKey(key).map((complaint) => invalidValue(`${field}[${key}]`, key, complaint)));

function immutableErrors(object: Readonly<KubeObject>, previous: Readonly<KubeObject>, members: readonly string[]): FieldError[] {
  if (!previous['immutable']) return [];
  const errors: FieldError[] = [];
  if (!object['immutable']) errors.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const member of members)
    if (!sameJson(object[member] ?? {}, previous[member] ?? {}))
      errors.push(forbidden(member, 'field is immutable when `immutable` is set'));
  return errors;
}

const bytesOf = (data: Record<string, string>): number => Object.values(data).reduce((sum, text) => sum + utf8Length(text), 0);
const base64BytesOf = (data: Record<string, string>): number =>
  Object.values(data).reduce((sum, text) => sum + Math.floor((text.replace(/[=\r\n]/g, '').length * 3) / 4), 0);

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => BASE64[(word >> shift) & 63]!);
    out += digits
      .slice(0, Math.min(bytes.length - i, 3) + 1)
      .join('')
      .padEnd(4, '=');
  }
  return out;
}
