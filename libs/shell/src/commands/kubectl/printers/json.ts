import { sortedJson } from '@svclab/kube-api';

/** JSON as Go's encoding/json writes it: keys sorted, `<`, `>` and `&` escaped. Without `indent` on one line. */
export function goJson(value: unknown, indent = ''): string {
  return escapeHtml(JSON.stringify(sortedJson(value), undefined, indent));
}

const escapeHtml = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (character) => '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0'));
