import { plainReadsAsString } from './yaml-resolve.js';

/**
 * YAML as kubectl writes it (sigs.k8s.io/yaml over go-yaml v2): keys in natural order,
 * sequences not indented under their key, scalars plain where that reads back as a
 * string, text of several lines as a literal block, long lines folded after column 80.
 */
export function goYaml(value: unknown): string {
  if (isEmptyOrScalar(value)) return scalarText(value, 0, 0) + '\n';
  return Array.isArray(value) ? sequence(value, 0) : mapping(value as Record<string, unknown>, 0);
}

const BEST_WIDTH = 80;

function mapping(object: Record<string, unknown>, indent: number): string {
  let text = '';
  for (const key of Object.keys(object).toSorted(naturalOrder)) {
    const value = object[key];
    if (value === undefined) continue;
    text += ' '.repeat(indent) + member(key, value, indent);
  }
  return text;
}

/** `key: value`, from the key on; lines after the first are indented. */
function member(key: string, value: unknown, indent: number): string {
  const head = scalarText(key, indent, Infinity) + ':';
  if (isEmptyOrScalar(value)) return `${head} ${scalarText(value, indent, indent + [...head].length + 1)}\n`;
  if (Array.isArray(value)) return `${head}\n${sequence(value, indent)}`;
  return `${head}\n${mapping(value as Record<string, unknown>, indent + 2)}`;
}

function sequence(items: readonly unknown[], indent: number): string {
  let text = '';
  for (const item of items) text += ' '.repeat(indent) + '- ' + sequenceItem(item, indent);
  return text;
}

function sequenceItem(item: unknown, indent: number): string {
  if (isEmptyOrScalar(item)) return scalarText(item, indent, indent + 2) + '\n';
  // A collection starts on the dash's own line, where its first line needs no indentation.
  const nested = Array.isArray(item) ? sequence(item, indent + 2) : mapping(item as Record<string, unknown>, indent + 2);
  return nested.slice(indent + 2);
}

const isEmptyOrScalar = (value: unknown): boolean =>
  value === null || typeof value !== 'object' || (Array.isArray(value) ? value : Object.keys(value)).length === 0;

/**
 * A scalar, or an empty collection.
 * @param indent Of the block the scalar stands in; its further lines are two deeper.
 * @param column Where it starts, for folding; `Infinity` for a key, which is never folded.
 */
function scalarText(value: unknown, indent: number, column: number): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return stringText(value, indent, column);
  if (typeof value === 'object') return Array.isArray(value) ? '[]' : '{}';
  return String(value);
}

function stringText(text: string, indent: number, column: number): string {
  const traits = analyse(text);
  const isKey = column === Infinity;
  if (text.includes('\n') && traits.blockAllowed && !isKey) return literal(text, indent);
  const fold = isKey ? (line: string): string => line : (line: string): string => folded(line, indent, column);
  if (text.includes('\n') || !plainReadsAsString(text) || traits.needsEscapes) return fold(doubleQuoted(text));
  return fold(traits.plainAllowed ? text : `'${text.replaceAll("'", "''")}'`);
}

/** Breaks at single blanks once a line is longer than {@link BEST_WIDTH}; reading joins the lines again. */
function folded(text: string, indent: number, startColumn: number): string {
  let column = startColumn;
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const single = text[i] === ' ' && text[i - 1] !== ' ' && text[i + 1] !== ' ';
    if (single && column > BEST_WIDTH && i > 0 && i < text.length - 1) {
      result += '\n' + ' '.repeat(indent + 2);
      column = indent + 2;
    } else {
      result += text[i];
      column++;
    }
  }
  return result;
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomping = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') || text === '\n' ? '+' : '';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const lines = body.split('\n').map((line) => (line === '' ? '' : ' '.repeat(indent + 2) + line));
  return `|${hint}${chomping}\n${lines.join('\n')}`;
}

interface ScalarTraits {
  readonly plainAllowed: boolean;
  readonly blockAllowed: boolean;
  readonly needsEscapes: boolean;
}

/** Characters that may stand in a plain scalar (go-yaml yamlprivateh.go, `is_printable`); a tab may not. */
const isPrintable = (character: string): boolean =>
  /[\x20-\x7e\u0085\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u.test(character);

/** What may be done with the text in block context (go-yaml emitterc.go, `yaml_emitter_analyze_scalar`). */
function analyse(text: string): ScalarTraits {
  const unprintable = [...text].some((character) => character !== '\n' && !isPrintable(character));
  const spaceBeforeBreak = / \n/.test(text);
  const breakBeforeSpace = /\n /.test(text);
  const indicator =
    /^(---|\.\.\.)/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[-?](\s|$)/.test(text) || /:(\s|$)/.test(text) || /\s#/.test(text);
  const edge = /^[ \n]|[ \n]$/.test(text);
  return {
    plainAllowed: !indicator && !edge && !text.includes('\n') && !unprintable && !spaceBeforeBreak && !breakBeforeSpace,
    blockAllowed: !unprintable && !spaceBeforeBreak && !text.endsWith(' '),
    needsEscapes: unprintable || spaceBeforeBreak || breakBeforeSpace,
  };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function doubleQuoted(text: string): string {
  const body = [...text]
    .map((character) => ESCAPES[character] ?? (isPrintable(character) ? character : numericEscape(character.charCodeAt(0))))
    .join('');
  return `"${body}"`;
}

const numericEscape = (code: number): string =>
  code <= 0xff ? '\\x' + code.toString(16).toUpperCase().padStart(2, '0') : '\\u' + code.toString(16).toUpperCase().padStart(4, '0');

const isLetter = (character: string): boolean => /\p{L}/u.test(character);
const leadingDigits = (characters: readonly string[], from: number): string => {
  let digits = '';
  for (let i = from; i < characters.length && /\d/.test(characters[i]!); i++) digits += characters[i]!;
  return digits;
};

/** Order of mapping keys (go-yaml sorter.go): numbers inside keys by value, letters after everything else. */
export function naturalOrder(left: string, right: string): number {
  const a = [...left];
  const b = [...right];
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === y) continue;
    const [xIsLetter, yIsLetter] = [isLetter(x), isLetter(y)];
    if (xIsLetter && yIsLetter) return x < y ? -1 : 1;
    if (xIsLetter || yIsLetter) return yIsLetter ? -1 : 1;
    const [m, n] = [leadingDigits(a, i), leadingDigits(b, i)];
    if (Number(m) !== Number(n)) return Number(m) - Number(n);
    if (m.length !== n.length) return m.length - n.length;
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}
