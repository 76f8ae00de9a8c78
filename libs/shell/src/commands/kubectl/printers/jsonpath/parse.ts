/** A step of a kubectl jsonpath template (k8s.io/client-go/util/jsonpath). */
export type JsonPathNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'literal'; readonly value: number | boolean }
  | { readonly type: 'identifier'; readonly name: string }
  | { readonly type: 'slice'; readonly slice: Slice }
  | { readonly type: 'filter'; readonly left: JsonPathNode; readonly operator: string; readonly right: JsonPathNode }
  | { readonly type: 'union'; readonly parts: readonly JsonPathNode[] }
  | { readonly type: 'list'; readonly nodes: readonly JsonPathNode[] };

/** `[start:end:step]`; `single` for `[index]`. Negative numbers count from the end. */
export interface Slice {
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
  readonly single: boolean;
}

/** The template cannot be parsed, or not be applied to the object; the message is upstream's. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

type MutableList = { readonly type: 'list'; readonly nodes: JsonPathNode[] };

/** Parses a template: text with `{…}` actions. Throws {@link JsonPathError}. */
export function parseJsonPath(template: string): readonly JsonPathNode[] {
  return new TemplateParser(template).parse();
}

const isSpace = (character: string): boolean => character === ' ' || character === '\t';
const isEndOfLine = (character: string): boolean => character === '\r' || character === '\n';
const isTerminator = (character: string): boolean =>
  character === '' || isSpace(character) || isEndOfLine(character) || '.,[]$@{}'.includes(character);

class TemplateParser {
  readonly #nodes: JsonPathNode[] = [];
  #at = 0;

  constructor(readonly input: string) {}

  parse(): readonly JsonPathNode[] {
    while (this.#at < this.input.length) {
      const open = this.input.indexOf('{', this.#at);
      const end = open < 0 ? this.input.length : open;
      if (end > this.#at) this.#nodes.push({ type: 'text', text: this.input.slice(this.#at, end) });
      this.#at = end;
      if (open >= 0) {
        this.#at++;
        const list: MutableList = { type: 'list', nodes: [] };
        this.#nodes.push(list);
        this.#action(list.nodes);
      }
    }
    return this.#nodes;
  }

  /** Everything up to the closing brace. */
  #action(nodes: JsonPathNode[]): void {
    for (;;) {
      if (this.#take('}')) return;
      if (this.#take('[?(')) this.#filter(nodes);
      else if (this.#take('..')) this.#recursive(nodes);
      else this.#element(nodes);
    }
  }

  #element(nodes: JsonPathNode[]): void {
    const character = this.#next();
    if (character === '' || isEndOfLine(character)) throw new JsonPathError('unclosed action');
    if (character === ' ' || character === '@' || character === '$') return;
    if (character === '[') this.#array(nodes);
    else if (character === '"' || character === "'") this.#quote(nodes, character);
    else if (character === '.') this.#field(nodes);
    else if (/[+\-0-9]/.test(character)) this.#number(nodes, character);
    else if (/[_\p{L}]/u.test(character)) this.#identifier(nodes, character);
    else throw new JsonPathError(`unrecognized character in action: ${codePointText(character)}`);
  }

  #recursive(nodes: JsonPathNode[]): void {
    if (nodes.at(-1)?.type === 'recursive') throw new JsonPathError('invalid multiple recursive descent');
    nodes.push({ type: 'recursive' });
    if (/[_\p{L}\p{Nd}]/u.test(this.#peek())) this.#field(nodes);
  }

  #field(nodes: JsonPathNode[]): void {
    let name = '';
    while (!isTerminator(this.#peek())) {
      const character = this.#next();
      name += character === '\\' ? this.#next() : character;
    }
    nodes.push(name === '*' ? { type: 'wildcard' } : { type: 'field', name });
  }

  #identifier(nodes: JsonPathNode[], first: string): void {
    let name = first;
    while (!isTerminator(this.#peek())) name += this.#next();
    nodes.push(name === 'true' || name === 'false' ? { type: 'literal', value: name === 'true' } : { type: 'identifier', name });
  }

  #number(nodes: JsonPathNode[], first: string): void {
    let text = first;
    while (/[.0-9]/.test(this.#peek())) text += this.#next();
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) throw new JsonPathError(`cannot parse number ${text}`);
    nodes.push({ type: 'literal', value: Number(text) });
  }

  #quote(nodes: JsonPathNode[], quote: string): void {
    let body = '';
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '\n') throw new JsonPathError('unterminated quoted string');
      if (character === quote) break;
      body += character === '\\' ? character + this.#next() : character;
    }
    nodes.push({ type: 'text', text: unescape(body) });
  }

  #array(nodes: JsonPathNode[]): void {
    let text = '';
    for (let character = this.#next(); character !== ']'; character = this.#next()) {
      if (character === '' || character === '\n') throw new JsonPathError('unterminated array');
      text += character;
    }
    const parts = text.split(',');
    if (parts.length > 1) {
      nodes.push({ type: 'union', parts: parts.map((part) => parseAction(`[${part.trim()}]`)) });
      return;
    }
    const key = /^'([^']*)'$/.exec(text);
    if (key) nodes.push(...parseAction(`.${key[1]}`).nodes);
    else nodes.push({ type: 'slice', slice: parseSlice(text === '*' ? ':' : text) });
  }

  #filter(nodes: JsonPathNode[]): void {
    let text = '';
    let quote = '';
    for (;;) {
      const character = this.#next();
      if (character === '' || character === '\n') throw new JsonPathError('unterminated filter');
      if (quote === '' && character === ')') break;
      if (quote === '' && (character === '"' || character === "'")) quote = character;
      else if (character === quote && !text.endsWith('\\')) quote = '';
      text += character;
    }
    if (!this.#take(']')) throw new JsonPathError('unclosed array expect ]');
    const comparison = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text);
    if (!comparison) nodes.push({ type: 'filter', left: parseAction(text), operator: 'exists', right: { type: 'list', nodes: [] } });
    else {
      const [, left, operator, right] = comparison;
      nodes.push({ type: 'filter', left: parseAction(left!), operator: operator!, right: parseAction(right!) });
    }
  }

  #peek(): string {
    return this.#at < this.input.length ? String.fromCodePoint(this.input.codePointAt(this.#at)!) : '';
  }

  #next(): string {
    const character = this.#peek();
    this.#at += character.length;
    return character;
  }

  #take(prefix: string): boolean {
    if (!this.input.startsWith(prefix, this.#at)) return false;
    this.#at += prefix.length;
    return true;
  }
}

function parseAction(text: string): Extract<JsonPathNode, { type: 'list' }> {
  const first = parseJsonPath(`{${text}}`)[0];
  if (first?.type !== 'list') throw new JsonPathError('unclosed action');
  return first;
}

function parseSlice(text: string): Slice {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (!match) throw new JsonPathError(`invalid array index ${text}`);
  const number = (part: string | undefined): number | undefined => {
    if (part === undefined || part === '') return undefined;
    if (part === '-') throw new JsonPathError(`array index ${part} is not a number`);
    return Number(part);
  };
  return {
    start: number(match[1]),
    end: number(match[2]?.slice(1)),
    step: number(match[3]?.slice(1)),
    single: match[2] === undefined,
  };
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescape(body: string): string {
  return body.replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/g, (_, escape: string) =>
    escape.length > 1 ? String.fromCharCode(parseInt(escape.slice(1), 16)) : (SIMPLE_ESCAPES[escape] ?? escape),
  );
}

/** As Go's `%#U`: `U+007E '~'`. */
function codePointText(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${character}'`;
}
