import { KubectlError } from './errors.js';

/** One flag of a command, as pflag declares it. */
export interface FlagSpec {
  readonly name: string;
  readonly shorthand?: string;
  readonly type: 'bool' | 'string' | 'int' | 'strings';
  /** Taken when the flag stands without a value (`--dry-run`); booleans have `true`. */
  readonly valueIfBare?: string;
  /** For `--help`. */
  readonly usage?: string;
  /** kubectl has this flag, the simulator does not yet: its use is refused by name. */
  readonly pending?: boolean;
}

/** Parsed flags and what is left. */
export interface ParsedFlags {
  readonly flags: Flags;
  readonly args: readonly string[];
  /** Index in `args` of the first argument after `--`, or -1. */
  readonly dashAt: number;
}

/** Values of the flags that were given. */
export class Flags {
  readonly #values = new Map<string, string[]>();

  add(name: string, value: string): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  string(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** Every value of a flag that may be repeated, each also split at commas. */
  strings(name: string): string[] {
    return (this.#values.get(name) ?? []).flatMap((value) => value.split(','));
  }

  /** Every value of a flag that may be repeated, as given. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  bool(name: string, otherwise = false): boolean {
    const value = this.string(name);
    return value === undefined ? otherwise : TRUE_WORDS.has(value);
  }

  int(name: string): number | undefined {
    const value = this.string(name);
    return value === undefined ? undefined : Number(value);
  }
}

const TRUE_WORDS = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE_WORDS = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

export const bool = (name: string, usage: string, shorthand?: string): FlagSpec => ({ name, usage, type: 'bool', shorthand });
export const string = (name: string, usage: string, shorthand?: string, valueIfBare?: string): FlagSpec => ({
  name,
  usage,
  type: 'string',
  shorthand,
  valueIfBare,
});
export const int = (name: string, usage: string, shorthand?: string): FlagSpec => ({ name, usage, type: 'int', shorthand });
export const strings = (name: string, usage: string, shorthand?: string): FlagSpec => ({ name, usage, type: 'strings', shorthand });
/** Flags of the real command that are refused by name. */
export const pending = (type: FlagSpec['type'], ...names: readonly string[]): FlagSpec[] =>
  names.map((name) => ({ name, type, pending: true }));

/**
 * Parses `argv` as pflag does: `--name=value`, `--name value`, grouped shorthands
 * (`-it`, `-oyaml`, `-n=x`), `--` ends the flags.
 * @param commandPath For the hint under an error: `kubectl get`.
 * @param stopAtArgument Leave everything from the first argument on alone (flags before a verb).
 */
export function parseFlags(argv: readonly string[], specs: readonly FlagSpec[], commandPath: string, stopAtArgument = false): ParsedFlags {
  const fail = (message: string): never => {
    throw new KubectlError(`error: ${message}\nSee '${commandPath} --help' for usage.`);
  };
  const flags = new Flags();
  const args: string[] = [];
  let dashAt = -1;
  let at = 0;

  const set = (spec: FlagSpec, value: string): void => {
    if (spec.pending) throw new KubectlError(`error: --${spec.name} is not simulated yet`);
    const problem = valueProblem(spec, value);
    if (problem) fail(`invalid argument ${JSON.stringify(value)} for "${flagTitle(spec)}" flag: ${problem}`);
    flags.add(spec.name, value);
  };
  const long = (text: string): void => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const spec = specs.find((candidate) => candidate.name === name) ?? fail(`unknown flag: --${name}`);
    if (equals >= 0) return set(spec, text.slice(equals + 1));
    const bare = bareValue(spec);
    if (bare !== undefined) return set(spec, bare);
    if (at >= argv.length) fail(`flag needs an argument: --${name}`);
    set(spec, argv[at++]!);
  };
  const short = (group: string): void => {
    for (let rest = group; rest !== '';) {
      const letter = rest[0]!;
      const spec = specs.find((candidate) => candidate.shorthand === letter) ?? fail(`unknown shorthand flag: '${letter}' in -${group}`);
      rest = rest.slice(1);
      const bare = bareValue(spec);
      if (rest.startsWith('=')) return set(spec, rest.slice(1));
      if (bare !== undefined) set(spec, bare);
      else if (rest !== '') return set(spec, rest);
      else if (at < argv.length) set(spec, argv[at++]!);
      else fail(`flag needs an argument: '${letter}' in -${group}`);
    }
  };

  while (at < argv.length) {
    const word = argv[at++]!;
    if (word === '--') {
      dashAt = args.length;
      args.push(...argv.slice(at));
      break;
    }
    if (word.startsWith('--')) long(word.slice(2));
    else if (word.length > 1 && word.startsWith('-')) short(word.slice(1));
    else if (stopAtArgument) {
      args.push(...argv.slice(at - 1));
      break;
    } else args.push(word);
  }
  return { flags, args, dashAt };
}

const bareValue = (spec: FlagSpec): string | undefined => spec.valueIfBare ?? (spec.type === 'bool' ? 'true' : undefined);

const flagTitle = (spec: FlagSpec): string => (spec.shorthand ? `-${spec.shorthand}, --${spec.name}` : `--${spec.name}`);

function valueProblem(spec: FlagSpec, value: string): string | undefined {
  const quoted = JSON.stringify(value);
  if (spec.type === 'bool' && !TRUE_WORDS.has(value) && !FALSE_WORDS.has(value))
    return `strconv.ParseBool: parsing ${quoted}: invalid syntax`;
  if (spec.type === 'int' && !/^[+-]?\d+$/.test(value)) return `strconv.ParseInt: parsing ${quoted}: invalid syntax`;
  return undefined;
}
