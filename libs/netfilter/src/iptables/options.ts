import { parameterProblem } from './tool-error.js';

/** An option of the tool itself; extensions bring their own. */
export interface GlobalOption {
  readonly short: string;
  readonly long: readonly string[];
  /** `optional`: a number may follow, only joined to the option. */
  readonly argument: 'none' | 'required' | 'optional';
}

const option = (short: string, argument: GlobalOption['argument'], ...long: string[]): GlobalOption => ({ short, long, argument });

/** xshared.c, `struct option original_opts`. */
export const GLOBAL_OPTIONS: readonly GlobalOption[] = [
  option('A', 'required', 'append'),
  option('D', 'required', 'delete'),
  option('C', 'required', 'check'),
  option('I', 'required', 'insert'),
  option('R', 'required', 'replace'),
  option('L', 'optional', 'list'),
  option('S', 'optional', 'list-rules'),
  option('F', 'optional', 'flush'),
  option('Z', 'optional', 'zero'),
  option('N', 'required', 'new-chain'),
  option('X', 'optional', 'delete-chain'),
  option('E', 'required', 'rename-chain'),
  option('P', 'required', 'policy'),
  option('s', 'required', 'source', 'src'),
  option('d', 'required', 'destination', 'dst'),
  option('p', 'required', 'protocol'),
  option('i', 'required', 'in-interface'),
  option('o', 'required', 'out-interface'),
  option('j', 'required', 'jump'),
  option('g', 'required', 'goto'),
  option('m', 'required', 'match'),
  option('t', 'required', 'table'),
  option('n', 'none', 'numeric'),
  option('v', 'none', 'verbose'),
  option('x', 'none', 'exact'),
  option('w', 'optional', 'wait'),
  option('W', 'required', 'wait-interval'),
  option('c', 'required', 'set-counters'),
  option('M', 'required', 'modprobe'),
  option('V', 'none', 'version'),
  option('h', 'optional', 'help'),
  option('4', 'none', 'ipv4'),
  option('6', 'none', 'ipv6'),
  option('0', 'none', 'line-numbers'),
];

const BY_SHORT = new Map(GLOBAL_OPTIONS.map((each) => [each.short, each]));

/** What the words mean, one by one: getopt_long(3) with its habit of taking unique beginnings of long names. */
export type Token =
  | { readonly kind: 'option'; readonly option: GlobalOption; readonly value: string | undefined }
  | { readonly kind: 'extension'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'bang' }
  | { readonly kind: 'word'; readonly text: string };

/** Reads words from the left; the parser may take further ones itself (rule numbers, chain names). */
export class TokenReader {
  #position = 0;
  /** Short options still to come of a word such as `-nvL`. */
  #cluster = '';

  constructor(private readonly words: readonly string[]) {}

  next(): Token | undefined {
    if (this.#cluster) return this.#short();
    const word = this.words[this.#position++];
    if (word === undefined) return undefined;
    if (word === '!') return { kind: 'bang' };
    if (word.startsWith('--') && word.length > 2) return this.#long(word.slice(2));
    if (word.startsWith('-') && word.length > 1) {
      this.#cluster = word.slice(1);
      return this.#short();
    }
    return { kind: 'word', text: word };
  }

  /** The next word if it is no option: an argument that a command may have. */
  takePlain(): string | undefined {
    const word = this.words[this.#position];
    if (word === undefined || word.startsWith('-') || word.startsWith('!')) return undefined;
    this.#position++;
    return word;
  }

  /** The next word, whatever it looks like. */
  takeAny(): string | undefined {
    return this.words[this.#position++];
  }

  #short(): Token {
    const letter = this.#cluster[0]!;
    const rest = this.#cluster.slice(1);
    const found = BY_SHORT.get(letter);
    if (!found || letter === '0') throw parameterProblem(`unknown option "-${letter}"`);
    this.#cluster = '';
    if (found.argument === 'none') {
      this.#cluster = rest;
      return { kind: 'option', option: found, value: undefined };
    }
    return { kind: 'option', option: found, value: rest || this.#argument(found, `-${letter}`) };
  }

  #long(text: string): Token {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? undefined : text.slice(equals + 1);
    const found = GLOBAL_OPTIONS.find((each) => each.long.includes(name));
    return found ? this.#global(found, name, value) : { kind: 'extension', name, value };
  }

  /** The tool's own options whose long names start like this. */
  beginnings(name: string): GlobalOption[] {
    return GLOBAL_OPTIONS.filter((each) => each.long.some((long) => long.startsWith(name)));
  }

  /** A long name that no extension knows may be the beginning of one of the tool's own. */
  abbreviated(name: string, value: string | undefined): Token | undefined {
    const beginnings = this.beginnings(name);
    return beginnings.length === 1 ? this.#global(beginnings[0]!, name, value) : undefined;
  }

  #global(found: GlobalOption, name: string, value: string | undefined): Token {
    const argument = found.argument === 'none' ? undefined : (value ?? this.#argument(found, `--${name}`));
    return { kind: 'option', option: found, value: argument };
  }

  #argument(found: GlobalOption, asGiven: string): string | undefined {
    if (found.argument === 'optional') return undefined;
    const value = this.takeAny();
    if (value === undefined) throw parameterProblem(`option "${asGiven}" requires an argument`);
    return value;
  }
}
