import { err, ok, type Result } from '@svclab/sim';
import { labelValue, qualifiedName } from '../names.js';

export type Labels = Readonly<Record<string, string>>;
export type LabelMatcher = (labels: Labels | undefined) => boolean;

/** meta/v1 LabelSelector, as Deployments and ReplicaSets carry it. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

type Operator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

/** What every JavaScript object inherits is never a text, so a label called `constructor` is found only where it is. */
function valueOf(labels: Labels | undefined, key: string): string | undefined {
  const value: unknown = labels?.[key];
  return typeof value === 'string' ? value : undefined;
}

/** A Service's selector: every pair must be there. An empty one matches everything, so callers treat a missing one themselves. */
export function matchesLabels(selector: Labels, labels: Labels | undefined): boolean {
  for (const key in selector) if (valueOf(labels, key) !== selector[key]) return false;
  return true;
}

/** Whether a meta/v1 LabelSelector selects `labels`; `{}` selects everything, an absent one nothing. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false;
  if (selector.matchLabels && !matchesLabels(selector.matchLabels, labels)) return false;
  if (!selector.matchExpressions) return true;
  return selector.matchExpressions.every(({ key, operator, values = [] }) => {
    const value = valueOf(labels, key);
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}

/** `app=web,tier in (a,b)`: how kubectl prints a selector; keys sorted. Empty for an empty selector. */
export function formatSelector(selector: LabelSelector | undefined): string {
  const terms = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  for (const { key, operator, values = [] } of selector?.matchExpressions ?? []) {
    const list = `(${values.toSorted().join(',')})`;
    const text =
      operator === 'In' ? `${key} in ${list}` : operator === 'NotIn' ? `${key} notin ${list}` : operator === 'Exists' ? key : `!${key}`;
    terms.push({ key, text });
  }
  return terms
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',');
}

/** Labels or a plain selector as `a=b,c=d`, keys sorted (apimachinery `labels.Set.String`). */
export const formatLabels = (labels: Labels | undefined): string =>
  Object.keys(labels ?? {})
    .toSorted()
    .map((key) => `${key}=${labels![key]}`)
    .join(',');

/** Parses what `-l` takes (apimachinery pkg/labels/selector.go). The error is upstream's, without a prefix. */
export function parseLabelSelector(text: string): Result<LabelMatcher, string> {
  return new Parser(text).parse();
}

interface Token {
  readonly kind: 'word' | 'end' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<';
  readonly text: string;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(/\s+|==|!=|[=!<>(),]|[^\s=!<>(),]+/g)) {
    const piece = match[0];
    if (/^\s/.test(piece)) continue;
    found.push({ kind: /^[=!<>(),]/.test(piece) ? (piece as Token['kind']) : 'word', text: piece });
  }
  found.push({ kind: 'end', text: '' });
  return found;
}

class ParseFailure extends Error {}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  parse(): Result<LabelMatcher, string> {
    try {
      const matchers = this.#requirements();
      return ok((labels) => matchers.every((matches) => matches(labels)));
    } catch (failure) {
      if (failure instanceof ParseFailure) return err(failure.message);
      throw failure;
    }
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  #requirements(): LabelMatcher[] {
    const matchers: LabelMatcher[] = [];
    if (this.#next.kind === 'end') return matchers;
    for (;;) {
      const { kind, text } = this.#next;
      if (kind !== 'word' && kind !== '!') throw new ParseFailure(`found '${text}', expected: !, identifier, or 'end of string'`);
      try {
        matchers.push(this.#requirement());
      } catch (failure) {
        if (failure instanceof ParseFailure) throw new ParseFailure(`unable to parse requirement: ${failure.message}`);
        throw failure;
      }
      const after = this.#take();
      if (after.kind === 'end') return matchers;
      if (after.kind !== ',') throw new ParseFailure(`found '${after.text}', expected: ',' or 'end of string'`);
      const following = this.#next;
      if (following.kind !== 'word' && following.kind !== '!')
        throw new ParseFailure(`found '${following.text}', expected: identifier after ','`);
    }
  }

  #requirement(): LabelMatcher {
    const negated = this.#next.kind === '!';
    if (negated) this.#take();
    const key = this.#take();
    if (key.kind !== 'word') throw new ParseFailure(`found '${key.text}', expected: identifier`);
    check(`key`, key.text, qualifiedName(key.text));
    if (negated) return requirement(key.text, '!', []);
    if (this.#next.kind === 'end' || this.#next.kind === ',') return requirement(key.text, 'exists', []);
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#valueList() : [this.#exactValue()];
    if ((operator === 'gt' || operator === 'lt') && !/^[+-]?\d+$/.test(values[0]!))
      throw new ParseFailure(
        `values[0][${key.text}]: Invalid value: "${values[0]}": for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    values.forEach((value, i) => check(`values[${i}][${key.text}]`, value, labelValue(value)));
    return requirement(key.text, operator, values);
  }

  #operator(): Operator {
    const { kind, text } = this.#take();
    if (kind === '=' || kind === '==' || kind === '!=') return kind;
    if (kind === '>' || kind === '<') return kind === '>' ? 'gt' : 'lt';
    if (kind === 'word' && (text === 'in' || text === 'notin')) return text;
    throw new ParseFailure(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  #exactValue(): string {
    // `key=` asks for an empty value.
    if (this.#next.kind === 'end' || this.#next.kind === ',') return '';
    const token = this.#take();
    if (token.kind !== 'word') throw new ParseFailure(`found '${token.text}', expected: identifier`);
    return token.text;
  }

  #valueList(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw new ParseFailure(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    if (this.#next.kind === ')') {
      this.#take();
      return [''];
    }
    for (;;) {
      const token = this.#next;
      if (token.kind === 'word') values.push(this.#take().text);
      else if (token.kind === ',' || token.kind === ')') values.push('');
      else throw new ParseFailure(`found '${token.text}', expected: ',', ')' or identifier`);
      const after = this.#take();
      if (after.kind === ')') return values;
      if (after.kind !== ',') throw new ParseFailure(`found '${after.text}', expected: ',' or ')'`);
    }
  }
}

function check(field: string, value: string, complaints: readonly string[]): void {
  if (complaints.length > 0) throw new ParseFailure(`${field}: Invalid value: ${JSON.stringify(value)}: ${complaints.join('; ')}`);
}

function requirement(key: string, operator: Operator, values: readonly string[]): LabelMatcher {
  switch (operator) {
    case 'exists':
      return (labels) => valueOf(labels, key) !== undefined;
    case '!':
      return (labels) => valueOf(labels, key) === undefined;
    case '!=':
    case 'notin':
      return (labels) => {
        const value = valueOf(labels, key);
        return value === undefined || !values.includes(value);
      };
    case 'gt':
    case 'lt':
      return (labels) => {
        const value = Number(valueOf(labels, key) ?? NaN);
        return operator === 'gt' ? value > Number(values[0]) : value < Number(values[0]);
      };
    default:
      return (labels) => {
        const value = valueOf(labels, key);
        return value !== undefined && values.includes(value);
      };
  }
}
