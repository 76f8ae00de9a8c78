import type { KubeObject } from '@svclab/kube-api';
import { failure } from '../errors.js';
import { goValue } from './go-format.js';
import { evaluateJsonPath, JsonPathError, parseJsonPath, type JsonPathNode } from './jsonpath/index.js';
import { formatCells } from './table.js';

export interface CustomColumn {
  readonly header: string;
  readonly path: readonly JsonPathNode[];
}

/** `NAME:.metadata.name,IP:.status.podIP`. */
export function parseCustomColumns(spec: string): CustomColumn[] {
  if (spec === '') throw failure('custom-columns format specified but no custom columns given');
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) throw failure(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { header: part.slice(0, colon), path: parseJsonPath(relaxed(part.slice(colon + 1))) };
  });
}

export function formatCustomColumns(columns: readonly CustomColumn[], objects: readonly Readonly<KubeObject>[], noHeaders = false): string {
  const rows = objects.map((object) => columns.map((column) => cellText(evaluateJsonPath(column.path, object))));
  return formatCells(noHeaders ? rows : [columns.map((column) => column.header), ...rows]);
}

const cellText = (results: readonly (readonly unknown[])[]): string => results.flat().map(goValue).join(',') || '<none>';

/** A path as custom columns, `--sort-by` and `wait` take it: braces and leading dot may be missing. */
export function relaxed(path: string): string {
  if (path === '') return path;
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(path);
  if (!match)
    throw new JsonPathError(`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`);
  return `{.${match[1] ?? match[2]}}`;
}
