import type { StatusCause } from './types.js';

/** One reason why an object is invalid (apimachinery pkg/util/validation/field/errors.go). `message` is what follows the field's path. */
export type FieldError = StatusCause;

/** `%q` of Go, for what occurs in manifests. */
export const goQuote = (text: string): string => JSON.stringify(text);

/** A value as upstream's messages show it: `%q` for text, `%v` for numbers, `%#v` for lists of text. */
function goValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[]string{${value.map((item) => goQuote(String(item))).join(', ')}}`;
  if (value === undefined || value === null) return '"null"';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

const withDetail = (text: string, detail: string): string => (detail ? `${text}: ${detail}` : text);

export const invalidValue = (field: string, value: unknown, detail: string): FieldError => ({
  reason: 'FieldValueInvalid',
  message: withDetail(`Invalid value: ${goValue(value)}`, detail),
  field,
});

export const required = (field: string, detail = ''): FieldError => ({
  reason: 'FieldValueRequired',
  message: withDetail('Required value', detail),
  field,
});

export const forbidden = (field: string, detail: string): FieldError => ({
  reason: 'FieldValueForbidden',
  message: withDetail('Forbidden', detail),
  field,
});

export const duplicate = (field: string, value: unknown): FieldError => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${goValue(value)}`,
  field,
});

/** As {@link invalidValue} and {@link duplicate}, for values that upstream prints as Go structures. */
export const invalidStruct = (field: string, goText: string, detail: string): FieldError => ({
  reason: 'FieldValueInvalid',
  message: withDetail(`Invalid value: ${goText}`, detail),
  field,
});

export const duplicateStruct = (field: string, goText: string): FieldError => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${goText}`,
  field,
});

export const notFoundValue = (field: string, value: unknown): FieldError => ({
  reason: 'FieldValueNotFound',
  message: `Not found: ${goValue(value)}`,
  field,
});

/** `supported` is shown as given: upstream's sets are sorted. */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${goValue(value)}: supported values: ${supported.map(goQuote).join(', ')}`,
  field,
});

export const tooLong = (field: string, maxBytes: number): FieldError => ({
  reason: 'FieldValueTooLong',
  message: `Too long: must have at most ${maxBytes} bytes`,
  field,
});

export const tooMany = (field: string, count: number, most: number): FieldError => ({
  reason: 'FieldValueTooMany',
  message: `Too many: ${count}: must have at most ${most} items`,
  field,
});
