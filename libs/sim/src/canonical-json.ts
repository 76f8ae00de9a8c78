/** What a record may hold. `undefined` members are treated as absent. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * JSON with keys in code-unit order and no white space: equal values give equal
 * text however their objects were built. Throws on what JSON cannot hold
 * (NaN, infinities, functions), since such a record could not be restored.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`not a JSON number: ${value}`);
      return value === 0 ? '0' : `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as Record<string, unknown>);
    default:
      throw new TypeError(`not a JSON value: ${typeof value}`);
  }
}

function canonicalArray(array: readonly unknown[]): string {
  if (array.length === 0) return '[]';
  let text = '[' + canonicalJson(array[0] ?? null);
  for (let i = 1; i < array.length; i++) text += ',' + canonicalJson(array[i] ?? null);
  return text + ']';
}

function canonicalObject(object: Record<string, unknown>): string {
  let text = '{';
  for (const key of sortedKeys(object)) {
    const member = object[key];
    if (member !== undefined) text += (text.length > 1 ? ',' : '') + quotedKey(key) + canonicalJson(member);
  }
  return text + '}';
}

/** Most records are built with their keys in order already; looking is cheaper than sorting. */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return keys.sort();
  return keys;
}

/** What JSON must escape: quotation marks, backslashes, controls, and surrogates that may stand alone. */
// oxlint-disable-next-line no-control-regex -- control characters are the point
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

const quote = (text: string): string => (NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`);

/** Records have the same few keys: what stands before a member's value, by its key. Bounded, since learners name keys too. */
const QUOTED_KEYS = new Map<string, string>();
const MAX_QUOTED_KEYS = 4096;

function quotedKey(key: string): string {
  let text = QUOTED_KEYS.get(key);
  if (text === undefined) {
    text = `${quote(key)}:`;
    if (QUOTED_KEYS.size < MAX_QUOTED_KEYS) QUOTED_KEYS.set(key, text);
  }
  return text;
}

/** A deep copy of a JSON value; `undefined` members vanish, as they would in a snapshot. */
export function cloneJson<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => cloneJson(item as unknown)) as T;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    // A plain assignment to this name would set the prototype; a ConfigMap may well have such a key.
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value: cloneJson(member), enumerable: true, writable: true, configurable: true });
    else copy[key] = cloneJson(member);
  }
  return copy as T;
}
