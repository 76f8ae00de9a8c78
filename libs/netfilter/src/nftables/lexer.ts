import { NftProblem, type Span } from './problem.js';

/** One word of nft's language. Newlines and semicolons end statements, so they are tokens too. */
export interface Token extends Span {
  readonly kind: 'word' | 'string' | 'symbol' | 'end';
  /** Without quotes. `\n` for the end of a line. */
  readonly text: string;
}

/** IPv6 and hardware addresses, which hold colons of their own. */
const COLONS = /\[?(?:[0-9a-fA-F]{1,4})?:[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*\]?(?:\/\d+)?(?:-[0-9a-fA-F]*:[0-9a-fA-F:.]+)?/y;
/** Names, numbers, IPv4 addresses, prefixes and ranges: `service-ABC-ns/svc/tcp/p80`, `10.0.0.0/8`, `80-90`, `eth*`. */
const WORD = /[A-Za-z0-9_./\\*-]+/y;
const SYMBOL = /==|!=|<=|>=|<<|>>|[{}(),;:=<>&|^@$+!~\n]/y;
const BLANK = /(?:[ \t\r]|\\\n|#[^\n]*)+/y;
const STRING = /"([^"\n]*)"/y;

/** Splits text into words (src/scanner.l). Throws {@link NftProblem} for a character that belongs nowhere. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0];
  };
  while (position < text.length) {
    const blank = match(BLANK);
    if (blank !== undefined) {
      position += blank.length;
      continue;
    }
    const [kind, found] = readToken(match);
    if (found === undefined) throw new NftProblem('syntax error, unexpected junk', { from: position, to: position + 1 });
    tokens.push({ kind, text: kind === 'string' ? found.slice(1, -1) : found, from: position, to: position + found.length });
    position += found.length;
  }
  tokens.push({ kind: 'end', text: '', from: text.length, to: text.length + 1 });
  return tokens;
}

function readToken(match: (pattern: RegExp) => string | undefined): [Token['kind'], string | undefined] {
  const string = match(STRING);
  if (string !== undefined) return ['string', string];
  const word = match(COLONS) ?? match(WORD);
  return word !== undefined ? ['word', word] : ['symbol', match(SYMBOL)];
}

/** Reads tokens one after the other. */
export class TokenReader {
  #position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  static of(text: string): TokenReader {
    return new TokenReader(tokenize(text));
  }

  get here(): Token {
    return this.tokens[this.#position]!;
  }

  /** The token read last. */
  get last(): Token {
    return this.tokens[Math.max(0, this.#position - 1)]!;
  }

  peek(ahead = 1): Token {
    return this.tokens[Math.min(this.#position + ahead, this.tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.here;
    if (token.kind !== 'end') this.#position++;
    return token;
  }

  /** Whether the next token is this one, not quoted. */
  at(text: string): boolean {
    return this.here.text === text && this.here.kind !== 'string';
  }

  /** Reads the next token if it is this one. */
  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.next();
    return true;
  }

  expect(text: string): Token {
    if (!this.at(text)) throw this.unexpected();
    return this.next();
  }

  /** A name, number or address. */
  word(): Token {
    if (this.here.kind !== 'word') throw this.unexpected();
    return this.next();
  }

  /** Text in quotes, or a bare word. */
  string(): Token {
    if (this.here.kind !== 'word' && this.here.kind !== 'string') throw this.unexpected();
    return this.next();
  }

  number(): number {
    const token = this.word();
    const value = parseNumber(token.text);
    if (value === undefined) throw unexpected(token);
    return value;
  }

  get atEndOfStatement(): boolean {
    return this.here.kind === 'end' || this.at('\n') || this.at(';') || this.at('}');
  }

  skipNewlines(): void {
    while (this.at('\n') || this.at(';')) this.next();
  }

  unexpected(): NftProblem {
    return unexpected(this.here);
  }
}

/** Names of tokens in messages (src/parser_bison.y). */
const NAMES: Readonly<Record<string, string>> = {
  '\n': 'newline',
  ';': 'semicolon',
  ',': 'comma',
  ':': 'colon',
  '@': '@',
};

// Simplification: a syntax error does not list what could have stood there; the real tool sometimes does ("expecting string").
export function unexpected(token: Token): NftProblem {
  const { kind, text } = token;
  const shown = kind === 'end' ? 'end of file' : kind === 'symbol' ? (NAMES[text] ?? `'${text}'`) : /^\d/.test(text) ? 'number' : 'string';
  return new NftProblem(`syntax error, unexpected ${shown}`, token);
}

/** Decimal, octal or hexadecimal; `undefined` when it is none. */
export function parseNumber(text: string): number | undefined {
  if (/^0x[0-9a-fA-F]{1,8}$/.test(text)) return parseInt(text, 16);
  if (/^0[0-7]+$/.test(text)) return parseInt(text, 8);
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
