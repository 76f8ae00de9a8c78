import { dnsTypeNumber, parseAddress, reverseName, type DnsQuestion } from '@svclab/wire';

/** What dig prints of an answer, and in which form. */
export interface Display {
  readonly cmd: boolean;
  readonly comments: boolean;
  readonly question: boolean;
  readonly answer: boolean;
  readonly authority: boolean;
  readonly additional: boolean;
  readonly stats: boolean;
  readonly short: boolean;
  readonly ttlid: boolean;
  readonly class: boolean;
}

export interface DigOptions {
  readonly server?: string;
  readonly port: number;
  readonly questions: readonly DnsQuestion[];
  readonly display: Display;
  readonly search: boolean;
  readonly ndots?: number;
  readonly tcp: boolean;
  readonly timeoutSeconds: number;
  readonly tries: number;
  readonly recurse: boolean;
  readonly edns: boolean;
  readonly cookie: boolean;
  readonly adflag: boolean;
  readonly version: boolean;
}

export type Parsed = { readonly options: DigOptions } | { readonly error: string };

const ALL: Display = {
  cmd: true,
  comments: true,
  question: true,
  answer: true,
  authority: true,
  additional: true,
  stats: true,
  short: false,
  ttlid: true,
  class: true,
};
/** What `+all` and `+noall` switch. */
const SWITCHED_BY_ALL = ['cmd', 'comments', 'question', 'answer', 'authority', 'additional', 'stats'] as const;

const CLASSES: ReadonlySet<string> = new Set(['IN', 'CH', 'HS', 'ANY']);

/** `dig [@server] [name] [type] [+option …]`, in any order; each further name is a question of its own. */
export function parseDig(argv: readonly string[]): Parsed {
  const reader = new DigArguments();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    let error: string | undefined;
    if (word.startsWith('@')) reader.server = word.slice(1);
    else if (word.startsWith('+')) error = reader.plus(word);
    else if (/^-[tqxpbcy]/.test(word)) error = reader.dash(word[1]!, word.length > 2 ? word.slice(2) : argv[++i]);
    else if (word === '-4' || word === '-r' || word === '-u') continue;
    else if (word === '-v') reader.flags.version = true;
    else if (word.startsWith('-')) error = `Invalid option: ${word}\n${USAGE}`;
    else reader.word(word);
    if (error !== undefined) return { error };
  }
  return { options: reader.finished() };
}

const USAGE = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]

Use "dig -h" (or "dig -h | more") for complete list of options
`;

/** A command line as far as it has been read. */
class DigArguments {
  server: string | undefined;
  readonly flags = { search: false, tcp: false, recurse: true, edns: true, cookie: true, adflag: true, version: false };
  readonly #numbers: { port: number; timeoutSeconds: number; tries: number; ndots?: number } = { port: 53, timeoutSeconds: 5, tries: 3 };
  readonly #questions: { name: string; type: string }[] = [];
  #display = ALL;
  #type: string | undefined;

  /** A word that may be a type, a class or a name: dig takes the first two for what they are. */
  word(text: string): void {
    if (dnsTypeNumber(text) !== undefined && !CLASSES.has(text.toUpperCase())) this.#setType(text);
    else if (text.toUpperCase() !== 'IN') this.#ask(text, this.#type ?? 'A');
  }

  dash(letter: string, value: string | undefined): string | undefined {
    if (value === undefined) return `option requires an argument -- ${letter}\n${USAGE}`;
    if (letter === 't') {
      if (dnsTypeNumber(value) === undefined) return `;; Warning, ignoring invalid type ${value}\n`;
      this.#setType(value);
    } else if (letter === 'q') this.#ask(value, this.#type ?? 'A');
    else if (letter === 'p') this.#numbers.port = Number(value);
    else if (letter === 'x') {
      const address = parseAddress(value);
      if (address === undefined) return `Invalid IP address ${value}\n`;
      this.#ask(reverseName(address), 'PTR');
    }
    return undefined;
  }

  /** `+short`, `+notcp`, `+time=2`. */
  plus(word: string): string | undefined {
    const [, no, name = '', value] = /^\+(no)?([a-z]+)(?:=(.*))?$/.exec(word) ?? [];
    const on = no === undefined;
    const number = Number(value);
    if (Object.hasOwn(this.#display, name)) this.#display = { ...this.#display, [name]: on };
    else if (name === 'all') for (const part of SWITCHED_BY_ALL) this.#display = { ...this.#display, [part]: on };
    else if (name === 'vc') this.flags.tcp = on;
    else if (name === 'ad') this.flags.adflag = on;
    else if (name === 'rec' || name === 'recursive') this.flags.recurse = on;
    else if (Object.hasOwn(this.flags, name)) this.flags[name as keyof typeof this.flags] = on;
    else if (name === 'time' || name === 'timeout') this.#numbers.timeoutSeconds = Math.max(1, number);
    else if (name === 'tries') this.#numbers.tries = Math.max(1, number);
    else if (name === 'retry') this.#numbers.tries = 1 + number;
    else if (name === 'ndots') {
      this.#numbers.ndots = number;
      this.flags.search = true;
    } else return `Invalid option: ${word}\n${USAGE}`;
    return undefined;
  }

  finished(): DigOptions {
    const questions = this.#questions.length ? this.#questions : [{ name: '.', type: this.#type ?? 'NS' }];
    return {
      ...this.flags,
      ...this.#numbers,
      display: this.#display,
      questions,
      ...(this.server !== undefined && { server: this.server }),
    };
  }

  #ask(name: string, type: string): void {
    this.#questions.push({ name, type });
  }

  /** A type after a name is meant for it. */
  #setType(text: string): void {
    this.#type = text.toUpperCase();
    const last = this.#questions.at(-1);
    if (last) last.type = this.#type;
  }
}
