import { isTableName } from '../hooks.js';
import type { TableName } from '../types.js';
import { parseUnsigned } from './extension.js';
import { TokenReader, type GlobalOption } from './options.js';
import type { Rule } from './rule.js';
import { MOST_CHAIN_LENGTH, RuleBuilder } from './rule-builder.js';
import { TARGETS } from './targets/index.js';
import { parameterProblem, RuleRefused, ToolError } from './tool-error.js';

export type CommandLetter = 'A' | 'D' | 'C' | 'I' | 'R' | 'L' | 'S' | 'F' | 'Z' | 'N' | 'X' | 'E' | 'P';

/** Options that a command can be given, by their letters (xshared.c, `commands_v_options`); `0` is `--line-numbers`. */
const ALLOWED: { readonly [letter in CommandLetter]: string } = {
  A: 'sdpjgmiovc',
  I: 'sdpjgmiovc',
  R: 'sdpjgmiovc',
  D: 'sdpjgmiov',
  C: 'sdpjgmiov',
  L: 'nvx0',
  S: 'v',
  F: 'v',
  Z: 'v',
  N: 'v',
  X: 'v',
  E: 'v',
  P: 'vc',
};
/** Options that every command may have. */
const ALWAYS_ALLOWED = 'twWM46';

/** A command line of iptables, understood but not yet carried out. */
export interface CommandLine {
  readonly letter: CommandLetter;
  readonly table: TableName;
  readonly chain: string | undefined;
  /** From 1. */
  readonly ruleNumber: number | undefined;
  /** New name of -E, policy of -P. */
  readonly word: string | undefined;
  /** `-Z` beside `-L`. */
  readonly alsoZero: boolean;
  readonly rules: readonly Rule[];
  /** The kernel would turn the rule down, and why. */
  readonly refusal: string | undefined;
  /** Packets and bytes of `-c`. */
  readonly counters: readonly [number, number];
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
  /** What the tool says on standard error, whatever the command. */
  readonly notice: string;
}

/** Version and help end the program at once. */
export type ParsedLine =
  { readonly kind: 'command'; readonly line: CommandLine } | { readonly kind: 'version' } | { readonly kind: 'help' };

/** Throws {@link ToolError}. `table` is fixed within iptables-restore. */
export function parseCommandLine(argv: readonly string[], table?: TableName): ParsedLine {
  return new CommandLineParser(argv, table).parse();
}

class CommandLineParser {
  readonly #reader: TokenReader;
  readonly #builder = new RuleBuilder();
  readonly #options = new Set<string>();
  #letter: CommandLetter | undefined;
  #alsoZero = false;
  #chain: string | undefined;
  #numberText: string | undefined;
  #word: string | undefined;
  #tableName = 'filter';
  #counters: readonly [number, number] = [0, 0];
  #notice = '';
  #end: 'version' | 'help' | undefined;

  constructor(
    argv: readonly string[],
    private readonly fixedTable: TableName | undefined,
  ) {
    this.#reader = new TokenReader(argv);
    if (fixedTable) this.#tableName = fixedTable;
  }

  parse(): ParsedLine {
    this.#readTokens();
    if (this.#end) return { kind: this.#end };
    const letter = this.#letter;
    if (!letter) throw parameterProblem('no command specified');
    this.#checkOptions(letter);
    this.#checkChain(letter);
    const { rules, refusal } = this.#buildRules();
    if (!isTableName(this.#tableName)) throw new ToolError('table', this.#tableName);
    const line: CommandLine = {
      letter,
      table: this.#tableName,
      chain: this.#chain,
      ruleNumber: this.#ruleNumber(letter),
      word: this.#word,
      alsoZero: this.#alsoZero,
      rules,
      refusal,
      counters: this.#counters,
      numeric: this.#options.has('n'),
      verbose: this.#options.has('v'),
      exact: this.#options.has('x'),
      lineNumbers: this.#options.has('0'),
      notice: this.#notice,
    };
    return { kind: 'command', line };
  }

  #readTokens(): void {
    let invert = false;
    for (let token = this.#reader.next(); token && !this.#end; token = this.#reader.next()) {
      if (token.kind === 'bang') {
        if (invert) throw parameterProblem('multiple consecutive ! not allowed');
        invert = true;
        continue;
      }
      if (token.kind === 'word') throw new ToolError('argument', token.text);
      if (token.kind === 'option') this.#option(token.option, token.value, invert);
      else this.#extensionOption(token.name, token.value, invert);
      invert = false;
    }
    if (invert) throw parameterProblem('nothing appropriate following !');
  }

  #extensionOption(name: string, value: string | undefined, invert: boolean): void {
    if (this.#builder.extensionOption(name, value, invert, this.#reader)) return;
    const token = this.#reader.abbreviated(name, value);
    if (token?.kind !== 'option') throw parameterProblem(`unknown option "--${name}"`);
    this.#option(token.option, token.value, invert);
  }

  #option({ short, long }: GlobalOption, value: string | undefined, invert: boolean): void {
    if (RuleBuilder.knows(short)) {
      this.#options.add(short);
      this.#builder.option(short, value!, invert);
      return;
    }
    if (invert) throw parameterProblem(`unexpected ! flag before --${long[0]}`);
    switch (short) {
      case 't':
        if (this.fixedTable) throw parameterProblem('The -t option cannot be used in iptables-restore.\n');
        this.#tableName = value!;
        return;
      case 'c':
        this.#options.add(short);
        this.#counters = this.#parseCounters(value!);
        return;
      case 'w':
        this.#reader.takePlain();
        return;
      case 'W':
        this.#notice += 'Ignoring deprecated --wait-interval option.\n';
        return;
      case 'V':
        this.#end = 'version';
        return;
      case 'h':
        this.#end = 'help';
        return;
      case '6':
        throw new ToolError('other', 'The -6 option is not supported by iptables.');
      default:
        if (Object.hasOwn(ALLOWED, short)) this.#command(short as CommandLetter, value);
        else this.#options.add(short);
    }
  }

  #command(letter: CommandLetter, value: string | undefined): void {
    if (letter === 'Z' && this.#letter === 'L') this.#alsoZero = true;
    else if (letter === 'L' && this.#letter === 'Z') {
      this.#letter = 'L';
      this.#alsoZero = true;
    } else if (this.#letter) throw parameterProblem(`Cannot use -${letter} with -${this.#letter}`);
    else this.#letter = letter;
    this.#chain = value ?? this.#reader.takePlain() ?? this.#chain;
    switch (letter) {
      case 'D':
      case 'I':
      case 'L':
      case 'S':
      case 'Z':
        if (this.#chain !== undefined) this.#numberText = this.#reader.takePlain();
        return;
      case 'R':
        this.#numberText = this.#reader.takePlain();
        if (this.#numberText === undefined) throw parameterProblem('-R requires a rule number');
        return;
      case 'E':
        this.#word = this.#reader.takePlain();
        if (this.#word === undefined) throw parameterProblem('-E requires old-chain-name and new-chain-name');
        return;
      case 'P':
        this.#word = this.#reader.takePlain();
        if (this.#word === undefined) throw parameterProblem('-P requires a chain and a policy');
        return;
      default:
    }
  }

  #parseCounters(packetsText: string): readonly [number, number] {
    const bytesText = this.#reader.takePlain();
    if (bytesText === undefined) throw parameterProblem('-c requires packet and byte counter');
    const packets = parseUnsigned(packetsText);
    const bytes = parseUnsigned(bytesText);
    if (packets === undefined) throw parameterProblem('-c packet counter not numeric');
    if (bytes === undefined) throw parameterProblem('-c byte counter not numeric');
    return [packets, bytes];
  }

  #checkOptions(letter: CommandLetter): void {
    const allowed = letter === 'D' && this.#numberText !== undefined ? 'v' : ALLOWED[letter];
    for (const option of this.#options) {
      if (!allowed.includes(option) && !ALWAYS_ALLOWED.includes(option)) {
        throw parameterProblem(`Illegal option \`${option === '0' ? '--line-numbers' : `-${option}`}' with this command`);
      }
    }
  }

  #checkChain(letter: CommandLetter): void {
    const chain = this.#chain;
    if (chain !== undefined && chain.length > MOST_CHAIN_LENGTH) {
      throw parameterProblem(`chain name \`${chain}' too long (must be under ${MOST_CHAIN_LENGTH + 1} chars)`);
    }
    for (const name of letter === 'N' ? [chain] : letter === 'E' ? [this.#word] : []) checkNewName(name!);
    if (!this.#builderIsForRule(letter) || chain === undefined) return;
    const wrong = wrongInterfaceOption(chain, this.#options.has('i'), this.#options.has('o'));
    if (wrong) throw parameterProblem(`Can't use -${wrong} with ${chain}\n`);
  }

  #builderIsForRule(letter: CommandLetter): boolean {
    return 'ACIR'.includes(letter) || (letter === 'D' && this.#numberText === undefined);
  }

  #buildRules(): { readonly rules: readonly Rule[]; readonly refusal: string | undefined } {
    try {
      return { rules: this.#builderIsForRule(this.#letter!) ? this.#builder.build() : [], refusal: undefined };
    } catch (error) {
      if (error instanceof RuleRefused) return { rules: [], refusal: error.reason };
      throw error;
    }
  }

  #ruleNumber(letter: CommandLetter): number | undefined {
    const text = this.#numberText;
    if (text === undefined) return letter === 'I' ? 1 : undefined;
    const number = parseUnsigned(text);
    if (!number) throw parameterProblem(`Invalid rule number \`${text}'`);
    return number;
  }
}

function checkNewName(name: string): void {
  if (name.startsWith('-') || name.startsWith('!')) throw parameterProblem(`chain name not allowed to start with \`${name[0]}'`);
  if (TARGETS.has(name) || ['ACCEPT', 'DROP', 'RETURN'].includes(name)) throw parameterProblem('chain name may not clash with target name');
  if (name === '' || /\s/.test(name)) throw parameterProblem(`Invalid chain name \`${name}'`);
}

/** Packets of INPUT have no outgoing interface, those of OUTPUT no incoming one. */
export function wrongInterfaceOption(chain: string, hasIn: boolean, hasOut: boolean): 'i' | 'o' | undefined {
  if (hasIn && (chain === 'OUTPUT' || chain === 'POSTROUTING')) return 'i';
  if (hasOut && (chain === 'INPUT' || chain === 'PREROUTING')) return 'o';
  return undefined;
}
