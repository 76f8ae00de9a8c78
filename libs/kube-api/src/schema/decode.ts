import { cloneJson, err, ok, type Result } from '@svclab/sim';
import { depthExceeds, isObject, MAX_DEPTH, setMember } from '../json.js';
import type { SchemaField, SchemaType, StructType } from './schema.js';
import { canonicalQuantity } from './quantity.js';

/** What the decoder made of an input. `strict` are complaints that only strict validation turns into an error. */
export interface Decoded {
  readonly value: Record<string, unknown>;
  readonly strict: readonly string[];
}

/**
 * Reads a JSON value as a Go structure, as sigs.k8s.io/json does: a copy without
 * nulls, unknown members and empty `omitempty` members. The error is the text of
 * Go's `json.UnmarshalTypeError`; strict complaints read `unknown field "spec.bogus"`.
 */
export function decodeStruct(type: StructType, input: unknown): Result<Decoded, string> {
  const decoder = new Decoder();
  try {
    const value = decoder.struct(type, input);
    return ok({ value, strict: decoder.strict });
  } catch (error) {
    if (error instanceof TypeMismatch) return err(error.message);
    throw error;
  }
}

class TypeMismatch extends Error {}

class Decoder {
  readonly strict: string[] = [];
  /** Where the decoder is: field names, and indexes of lists. */
  readonly #path: (string | number)[] = [];
  readonly #structs: string[] = [];

  struct(type: StructType, input: unknown): Record<string, unknown> {
    if (!isObject(input)) this.#mismatch(jsonKind(input), type.goName);
    const output: Record<string, unknown> = {};
    this.#structs.push(type.name);
    for (const name of Object.keys(input)) {
      const field = type.fields.get(name);
      const value = input[name];
      if (field) {
        if (value === null || value === undefined) continue;
        this.#path.push(name);
        const decoded = this.#value(field.type, value);
        this.#path.pop();
        if (!field.omitEmpty || field.pointer || !isEmpty(decoded)) output[name] = decoded;
      } else if (!(this.#structs.length === 1 && (name === 'apiVersion' || name === 'kind'))) {
        this.strict.push(`unknown field "${this.#fieldPath(name)}"`);
      }
    }
    for (const [name, field] of type.always) if (output[name] === undefined) output[name] = zero(field);
    this.#structs.pop();
    return output;
  }

  #value(type: SchemaType, input: unknown): unknown {
    switch (type.kind) {
      case 'struct':
        return this.struct(type, input);
      case 'list':
        return this.#list(type, input);
      case 'map':
        return this.#map(type, input);
      case 'scalar':
        return this.#scalar(type, input);
    }
  }

  #list(type: SchemaType & { kind: 'list' }, input: unknown): unknown[] {
    if (!Array.isArray(input)) this.#mismatch(jsonKind(input), type.goName);
    const output: unknown[] = [];
    for (let i = 0; i < input.length; i++) {
      this.#path.push(i);
      const item: unknown = input[i];
      output.push(item === null || item === undefined ? zeroOf(type.element) : this.#value(type.element, item));
      this.#path.pop();
    }
    return output;
  }

  #map(type: SchemaType & { kind: 'map' }, input: unknown): Record<string, unknown> {
    if (!isObject(input)) this.#mismatch(jsonKind(input), type.goName);
    const output: Record<string, unknown> = {};
    for (const key of Object.keys(input)) {
      const item = input[key];
      if (item === undefined) continue;
      setMember(output, key, item === null ? zeroOf(type.element) : this.#value(type.element, item));
    }
    return output;
  }

  #scalar(type: SchemaType & { kind: 'scalar' }, input: unknown): unknown {
    switch (type.scalar) {
      case 'string':
        return typeof input === 'string' ? input : this.#mismatch(jsonKind(input), type.goName);
      case 'bool':
        return typeof input === 'boolean' ? input : this.#mismatch(jsonKind(input), type.goName);
      case 'int32':
        return this.#integer(input, 0x7fffffff, type.goName);
      case 'int64':
        return this.#integer(input, Number.MAX_SAFE_INTEGER, type.goName);
      case 'IntOrString':
        return typeof input === 'string' ? input : this.#integer(input, 0x7fffffff, 'int32');
      case 'Quantity':
        return this.#quantity(input);
      case 'Time':
      case 'MicroTime':
        return this.#time(input);
      case 'bytes':
        if (typeof input !== 'string') this.#mismatch(jsonKind(input), type.goName);
        return this.#base64(input);
      case 'object':
        if (!isObject(input)) this.#mismatch(jsonKind(input), type.goName);
        if (depthExceeds(input, MAX_DEPTH)) throw new TypeMismatch('json: exceeded max depth');
        return cloneJson(input);
    }
  }

  #integer(input: unknown, most: number, goName: string): number {
    if (typeof input !== 'number') this.#mismatch(jsonKind(input), goName);
    if (!Number.isInteger(input) || Math.abs(input) > most + (input < 0 ? 1 : 0)) this.#mismatch(`number ${input}`, goName);
    return input;
  }

  #quantity(input: unknown): string {
    if (typeof input !== 'string' && typeof input !== 'number') this.#mismatch(jsonKind(input), 'resource.Quantity');
    const quantity = canonicalQuantity(String(input));
    if (quantity === undefined)
      throw new TypeMismatch("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    return quantity;
  }

  #time(input: unknown): string {
    if (typeof input !== 'string') this.#mismatch(jsonKind(input), 'string');
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(input))
      throw new TypeMismatch(
        `parsing time ${JSON.stringify(input)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(input)} as "2006"`,
      );
    return input;
  }

  #base64(input: string): string {
    const at = input.search(/[^A-Za-z0-9+/=\r\n]/);
    const bad = at >= 0 ? at : input.replace(/[\r\n]/g, '').length % 4 ? input.length : -1;
    if (bad >= 0) throw new TypeMismatch(`illegal base64 data at input byte ${bad}`);
    return input;
  }

  #mismatch(found: string, goName: string): never {
    const fields = this.#path.filter((step) => typeof step === 'string');
    const place = fields.length > 0 ? `Go struct field ${this.#structs.at(-1)}.${fields.join('.')}` : 'Go value';
    throw new TypeMismatch(`json: cannot unmarshal ${found} into ${place} of type ${goName}`);
  }

  /** `spec.containers[0].foo` */
  #fieldPath(name: string): string {
    let text = '';
    for (const step of this.#path) text += typeof step === 'number' ? `[${step}]` : (text && '.') + step;
    return (text && `${text}.`) + name;
  }
}

/** What Go's decoder calls a JSON value. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null || value === undefined ? 'null' : typeof value;
}

/** Go's idea of empty, for `omitempty`. */
function isEmpty(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object' || value === null) return false;
  for (const _ in value) return false;
  return true;
}

const zero = (field: SchemaField): unknown => zeroOf(field.type);

/** What Go writes for a value that was never set. */
function zeroOf(type: SchemaType): unknown {
  switch (type.kind) {
    case 'struct': {
      const value: Record<string, unknown> = {};
      for (const [name, field] of type.always) value[name] = zero(field);
      return value;
    }
    case 'list':
      return null;
    case 'map':
      return {};
    case 'scalar':
      switch (type.scalar) {
        case 'int32':
        case 'int64':
        case 'IntOrString':
          return 0;
        case 'bool':
          return false;
        case 'Time':
        case 'MicroTime':
          return null;
        case 'Quantity':
          return '0';
        case 'object':
          return {};
        default:
          return '';
      }
  }
}
