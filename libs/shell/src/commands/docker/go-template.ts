import { DockerError } from './cli.js';

/** Docker's `--format`: Go's text/template, reduced to fields, `json`, `index`, `range` and `println`. */
// Simplification: of Go's templates only fields, json, index, range, println and text are known; anything else is refused by name.
export function renderTemplate(template: string, data: unknown): string {
  const unescaped = template.replace(/\\t/g, '\t').replace(/\\n/g, '\n');
  const tokens = unescaped.split(/(\{\{-?.*?-?\}\})/s);
  return renderBlock(tokens, { dot: data, variables: new Map() }).text;
}

interface Scope {
  readonly dot: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
}

interface Rendered {
  readonly text: string;
  readonly rest: readonly string[];
}

function renderBlock(tokens: readonly string[], scope: Scope): Rendered {
  let text = '';
  let rest = tokens;
  while (rest.length > 0) {
    const [token, ...after] = rest as [string, ...string[]];
    rest = after;
    const action = actionOf(token);
    if (action === undefined) text += token;
    else if (action === 'end') return { text, rest };
    else if (action.startsWith('range ')) {
      const loop = renderRange(action.slice('range '.length), rest, scope);
      text += loop.text;
      rest = loop.rest;
    } else text += format(evaluate(action, scope));
  }
  return { text, rest };
}

const actionOf = (token: string): string | undefined => /^\{\{-?\s*(.*?)\s*-?\}\}$/s.exec(token)?.[1];

function renderRange(clause: string, body: readonly string[], scope: Scope): Rendered {
  const match = /^(?:(?:(\$\w+)\s*,\s*)?(\$\w+)\s*:=\s*)?(.+)$/.exec(clause)!;
  const [, keyName, valueName, expression] = match;
  const collection = evaluate(expression!, scope);
  const entries = Array.isArray(collection) ? [...collection.entries()] : Object.entries((collection ?? {}) as object);
  // Found once for its end, so that an empty collection skips it too.
  let { rest } = renderBlock(body, { ...scope, dot: undefined });
  let text = '';
  for (const [key, value] of entries) {
    const variables = new Map(scope.variables);
    if (keyName) variables.set(keyName, key);
    if (valueName) variables.set(valueName, value);
    const turn = renderBlock(body, { dot: value, variables });
    text += turn.text;
    rest = turn.rest;
  }
  return { text, rest };
}

function evaluate(expression: string, scope: Scope): unknown {
  const [first, ...operands] = wordsOf(expression);
  if (first === undefined) throw parseError('missing value for command');
  if (/^[.$"]/.test(first) && operands.length === 0) return operand(first, scope);
  const values = operands.map((word) => operand(word, scope));
  switch (first) {
    case 'json':
      return JSON.stringify(values[0] ?? null);
    case 'println':
      return `${values.map(format).join(' ')}\n`;
    case 'index':
      return values.slice(1).reduce<unknown>((value, key) => member(value, String(key)), values[0]);
    default:
      throw parseError(`function "${first}" not defined`);
  }
}

const wordsOf = (expression: string): string[] => expression.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];

function operand(word: string, { dot, variables }: Scope): unknown {
  if (word.startsWith('"')) return JSON.parse(word);
  if (/^\d+$/.test(word)) return Number(word);
  const [base, ...path] = word.split('.');
  if (base !== '' && !base!.startsWith('$')) throw parseError(`function "${base}" not defined`);
  return path.filter(Boolean).reduce<unknown>(member, base === '' || base === '$' ? dot : variables.get(base!));
}

const member = (value: unknown, key: string): unknown =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined;

function format(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(format).join(' ')}]`;
  if (typeof value === 'object') {
    return `map[${Object.keys(value)
      .toSorted()
      .map((key) => `${key}:${format((value as Record<string, unknown>)[key])}`)
      .join(' ')}]`;
  }
  return String(value);
}

const parseError = (message: string): DockerError => new DockerError(`template parsing error: template: :1: ${message}`, 64);
