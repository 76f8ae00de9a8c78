import { err, ok, type Result } from '@svclab/sim';
import type { KubeObject } from '../types.js';

export type FieldMatcher = (object: Readonly<KubeObject>) => boolean;

/** A field that `--field-selector` may name for one kind, and its text in an object. */
export type SelectableFields = Readonly<Record<string, (object: Readonly<KubeObject>) => unknown>>;

/** What every kind can be selected by. */
const metadataFields: SelectableFields = {
  'metadata.name': (object) => object.metadata.name,
  'metadata.namespace': (object) => object.metadata.namespace,
};

/** Parses what `--field-selector` takes (apimachinery pkg/fields/selector.go). The error is upstream's, without a prefix. */
export function parseFieldSelector(text: string, kindFields: SelectableFields): Result<FieldMatcher, string> {
  const matchers: FieldMatcher[] = [];
  for (const term of splitTerms(text)) {
    if (term === '') continue;
    const match = /^((?:\\.|[^\\=!])*?)(!=|==|=)((?:\\.|[^\\=])*)$/.exec(term);
    if (!match) return err(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, name = '', operator, wanted = ''] = match;
    const read = Object.hasOwn(metadataFields, name)
      ? metadataFields[name]!
      : Object.hasOwn(kindFields, name)
        ? kindFields[name]!
        : undefined;
    if (!read) return err(`field label not supported: ${name}`);
    const value = wanted.replace(/\\(.)/g, '$1');
    const equal = operator !== '!=';
    matchers.push((object) => (String(read(object) ?? '') === value) === equal);
  }
  return ok((object) => matchers.every((matches) => matches(object)));
}

/** Terms between commas; a comma after a backslash belongs to its term. */
const splitTerms = (text: string): string[] => text.match(/(?:\\.|[^\\,])+/g) ?? [];
