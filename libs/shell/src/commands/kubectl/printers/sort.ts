import type { KubeObject } from '@svclab/kube-api';
import { failure } from '../errors.js';
import { relaxed } from './custom-columns.js';
import { evaluateJsonPath, parseJsonPath } from './jsonpath/index.js';

/** `--sort-by`: by the value at a path, objects without it first; equal ones keep their order. */
export function sortObjects(objects: readonly Readonly<KubeObject>[], path: string): Readonly<KubeObject>[] {
  const nodes = parseJsonPath(relaxed(path));
  const keyed = objects.map((object) => ({ object, key: evaluateJsonPath(nodes, object).flat()[0] }));
  if (keyed.length > 0 && keyed.every(({ key }) => key === undefined)) {
    throw failure(`couldn't find any field with path "${relaxed(path)}" in the list of objects`);
  }
  return keyed.toSorted((a, b) => compareKeys(a.key, b.key)).map(({ object }) => object);
}

function compareKeys(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [left, right] = [sortKey(a), sortKey(b)];
  if (typeof left === typeof right) return left < right ? -1 : left > right ? 1 : 0;
  return typeof left === 'number' ? -1 : 1;
}

const sortKey = (value: unknown): string | number => (typeof value === 'number' ? value : String(value));
