import { goType, goValue } from '../go-format.js';
import { goJson } from '../json.js';
import { JsonPathError, type JsonPathNode, type Slice } from './parse.js';

export interface EvaluateOptions {
  /** A missing field is an error (`--allow-missing-template-keys=false`). */
  readonly strict?: boolean;
}

/** Results of each node of a template on `data`: one list per node. Throws {@link JsonPathError}. */
export function evaluateJsonPath(nodes: readonly JsonPathNode[], data: unknown, options: EvaluateOptions = {}): unknown[][] {
  return new Evaluator(nodes, options.strict ?? false).run(0, data, false).results;
}

/** A template applied to `data`, as text: several results of one action are set apart by blanks. */
export function formatJsonPath(nodes: readonly JsonPathNode[], data: unknown, options: EvaluateOptions = {}): string {
  return evaluateJsonPath(nodes, data, options)
    .map((results) => results.map(resultText).join(' '))
    .join('');
}

const resultText = (value: unknown): string => (value !== null && typeof value === 'object' ? goJson(value) : goValue(value));

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);

class Evaluator {
  constructor(
    readonly template: readonly JsonPathNode[],
    readonly strict: boolean,
  ) {}

  /** Runs the template from node `from` on; inside a range until its `end`, whose index is returned. */
  run(from: number, data: unknown, inRange: boolean): { results: unknown[][]; endAt?: number } {
    const results: unknown[][] = [];
    for (let i = from; i < this.template.length; i++) {
      const node = this.template[i]!;
      const keyword = keywordOf(node);
      if (keyword === 'end') {
        if (!inRange) throw new JsonPathError('not in range, nothing to end');
        return { results, endAt: i };
      }
      const values = this.#walk([data], node);
      if (keyword !== 'range') {
        results.push(values);
        continue;
      }
      // With nothing to range over, the body is walked once all the same, to find its end.
      const turns = (values.length > 0 ? values : [null]).map((value) => this.run(i + 1, value, true));
      if (values.length > 0) results.push(...turns.flatMap((turn) => turn.results));
      i = turns.at(-1)?.endAt ?? i;
    }
    return { results };
  }

  #walk(input: readonly unknown[], node: JsonPathNode): unknown[] {
    switch (node.type) {
      case 'list':
        return node.nodes.reduce<unknown[]>((values, next) => this.#walk(values, next), [...input]);
      case 'text':
        return [node.text];
      case 'literal':
        return input.map(() => node.value);
      case 'identifier':
        if (node.name === 'range') return [...input];
        throw new JsonPathError(`unrecognized identifier ${node.name}`);
      case 'field':
        return this.#field(input, node.name);
      case 'wildcard':
        return input.flatMap(childrenOf);
      case 'recursive':
        return input.flatMap(descendants);
      case 'slice':
        return input.flatMap((value) => (value === null || value === undefined ? [] : sliceOf(value, node.slice)));
      case 'union':
        return node.parts.flatMap((part) => this.#walk(input, part));
      case 'filter':
        return input.flatMap((value) => this.#filter(value, node));
    }
  }

  #field(input: readonly unknown[], name: string): unknown[] {
    const values = input.flatMap((value) => {
      const member = isObject(value) ? value[name] : undefined;
      return member === undefined ? [] : [member];
    });
    if (values.length === 0 && input.length > 0 && this.strict) throw new JsonPathError(`${name} is not found`);
    return values;
  }

  #filter(value: unknown, node: Extract<JsonPathNode, { type: 'filter' }>): unknown[] {
    if (!Array.isArray(value)) throw new JsonPathError(`${goValue(value)} is not array or slice and cannot be filtered`);
    return value.filter((item) => {
      const lefts = this.#walk([item], node.left);
      if (node.operator === 'exists') return lefts.length > 0;
      const rights = lefts.length === 0 ? [] : this.#walk([item], node.right);
      if (lefts.length > 1 || rights.length > 1) throw new JsonPathError('can only compare one element at a time');
      return lefts.length === 1 && rights.length === 1 && compare(lefts[0], node.operator, rights[0]);
    });
  }
}

/** `range` or `end` when an action starts with it. */
function keywordOf(node: JsonPathNode): string | undefined {
  const first = node.type === 'list' ? node.nodes[0] : undefined;
  return first?.type === 'identifier' ? first.name : undefined;
}

/** Members in key order: Go walks maps in random order, which no one can rely on. */
function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [];
  return Object.keys(value)
    .toSorted()
    .flatMap((key) => (value[key] === undefined ? [] : [value[key]]));
}

function descendants(value: unknown): unknown[] {
  const children = childrenOf(value);
  return children.length === 0 ? [] : [value, ...children.flatMap(descendants)];
}

function sliceOf(value: unknown, slice: Slice): unknown[] {
  if (!Array.isArray(value)) throw new JsonPathError(`${goType(value)} is not array or slice`);
  const { length } = value;
  const fromEnd = (index: number): number => (index < 0 ? index + length : index);
  const start = fromEnd(slice.start ?? 0);
  const end = slice.single ? start + 1 : fromEnd(slice.end ?? length);
  if (start === end) return [];
  if (start >= length || start < 0) throw new JsonPathError(`array index out of bounds: index ${start}, length ${length}`);
  if (end > length || end < 0) throw new JsonPathError(`array index out of bounds: index ${end - 1}, length ${length}`);
  if (start > end) throw new JsonPathError(`starting index ${start} is greater than ending index ${end}`);
  const step = slice.step ?? 1;
  if (step <= 0) throw new JsonPathError('step must be > 0');
  return value.slice(start, end).filter((_, index) => index % step === 0);
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (typeof left === 'object' || typeof right === 'object') throw new JsonPathError('invalid type for comparison');
  if (goType(left) !== goType(right)) throw new JsonPathError('incompatible types for comparison');
  const [a, b] = [left as string | number | boolean, right as string | number | boolean];
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      throw new JsonPathError(`unrecognized filter operator ${operator}`);
  }
}
