import { parseIpv4 } from '@svclab/wire';
import { OptionSet, type MatchExtension, type OptionSpec, type OptionUse, type TargetExtension } from './extension.js';
import { MATCHES } from './matches/index.js';
import { protocolNumber, protocolText } from './names.js';
import type { TokenReader } from './options.js';
import {
  ANY_ADDRESS,
  ANY_INTERFACE,
  makeRule,
  parseMask,
  type AddressTest,
  type InterfaceTest,
  type Rule,
  type RuleAction,
  type RuleHead,
} from './rule.js';
import { TARGETS } from './targets/index.js';
import { parameterProblem, RuleRefused } from './tool-error.js';

/** Linux: `IFNAMSIZ`, its final zero byte included. */
const MOST_INTERFACE_LENGTH = 15;
/** Linux: `XT_EXTENSION_MAXNAMELEN`, its final zero byte included. */
export const MOST_CHAIN_LENGTH = 28;

/** Short options that describe a rule. */
const RULE_OPTIONS = 'sdpiojgm';

interface Loaded<E> {
  readonly extension: E;
  readonly uses: OptionUse[];
}

/** Puts a rule together from its options, in whatever order they come. */
export class RuleBuilder {
  readonly #given = new Set<string>();
  readonly #matches: Loaded<MatchExtension>[] = [];
  #sources: readonly AddressTest[] = [ANY_ADDRESS];
  #destinations: readonly AddressTest[] = [ANY_ADDRESS];
  #inIface = ANY_INTERFACE;
  #outIface = ANY_INTERFACE;
  #protocol = { number: 0, inverted: false };
  #action: RuleAction = { kind: 'none' };
  #target: Loaded<TargetExtension> | undefined;

  static knows(short: string): boolean {
    return RULE_OPTIONS.includes(short);
  }

  /** One of the tool's own options. */
  option(short: string, value: string, invert: boolean): void {
    const repeated = short !== 'm' && this.#given.has(short);
    if (repeated) throw parameterProblem(`multiple -${short} flags not allowed`);
    this.#given.add(short);
    switch (short) {
      case 's':
        this.#sources = parseAddresses(value, invert);
        return;
      case 'd':
        this.#destinations = parseAddresses(value, invert);
        return;
      case 'i':
        this.#inIface = parseInterface(value, invert);
        return;
      case 'o':
        this.#outIface = parseInterface(value, invert);
        return;
      case 'p':
        this.#protocol = parseProtocol(value, invert);
        return;
      case 'm':
        if (invert) throw parameterProblem('unexpected ! flag before --match');
        this.#loadMatch(value);
        return;
      default:
        if (invert) throw parameterProblem(`cannot have ! before -${short}`);
        this.#setTarget(short, value);
    }
  }

  /** An option of an extension; false when no extension of this rule has it. */
  extensionOption(name: string, joined: string | undefined, invert: boolean, reader: TokenReader): boolean {
    const loaded = this.#findOption(name) ?? this.#findAbbreviated(name, reader) ?? this.#loadProtocolMatch(name);
    if (!loaded) return false;
    const spec = optionNamed(loaded.extension, name) ?? abbreviatedOptions(loaded.extension, name)[0]!;
    const values: string[] = joined === undefined ? [] : [joined];
    if (spec.values > values.length) {
      const value = reader.takeAny();
      if (value === undefined) throw parameterProblem(`option "--${name}" requires an argument`);
      values.push(value);
    }
    if (spec.values > values.length) {
      const value = reader.takePlain();
      if (value === undefined) throw parameterProblem(`--${spec.name} requires two args.`);
      values.push(value);
    }
    loaded.uses.push({ name: spec.name, invert, values });
    return true;
  }

  /** The chain jumped to, if that is what the rule does. */
  get jumpTarget(): string | undefined {
    return this.#action.kind === 'jump' || this.#action.kind === 'goto' ? this.#action.chain : undefined;
  }

  /** One rule, or several when `-s` or `-d` named several addresses. */
  build(): Rule[] {
    const matches = this.#matches.map(({ extension, uses }, i) =>
      extension.parse(OptionSet.checked(extension, uses), this.#protocol, 2 + i),
    );
    const action = this.#target ? this.#buildTarget(this.#target) : this.#action;
    const rules: Rule[] = [];
    for (const source of this.#sources) {
      for (const destination of this.#destinations) {
        if ((source.inverted && source.mask === 0) || (destination.inverted && destination.mask === 0))
          throw new RuleRefused('Invalid argument');
        rules.push(makeRule(this.#head(source, destination), matches, action));
      }
    }
    return rules;
  }

  #head(source: AddressTest, destination: AddressTest): RuleHead {
    const { number: protocol, inverted: protocolInverted } = this.#protocol;
    return { source, destination, inIface: this.#inIface, outIface: this.#outIface, protocol, protocolInverted };
  }

  #buildTarget({ extension, uses }: Loaded<TargetExtension>): RuleAction {
    return { kind: 'extension', target: extension.parse(OptionSet.checked(extension, uses), this.#protocol), extension };
  }

  #setTarget(short: string, name: string): void {
    if (this.#action.kind !== 'none' || this.#target) throw parameterProblem(`multiple -${short} flags not allowed`);
    if (name === '') throw parameterProblem('Invalid target name (too short)');
    if (name.length > MOST_CHAIN_LENGTH) throw parameterProblem(`Invalid target name \`${name}' (28 chars max)`);
    const extension = short === 'j' ? TARGETS.get(name) : undefined;
    if (extension) this.#target = { extension, uses: [] };
    else if (short === 'g') this.#action = { kind: 'goto', chain: name };
    else if (name === 'ACCEPT' || name === 'DROP' || name === 'RETURN') this.#action = { kind: 'verdict', verdict: name };
    else this.#action = { kind: 'jump', chain: name };
  }

  #loadMatch(name: string): Loaded<MatchExtension> {
    const extension = MATCHES.get(name);
    if (!extension) throw parameterProblem(`Couldn't load match \`${name}':No such file or directory\n`);
    const loaded = { extension, uses: [] };
    this.#matches.push(loaded);
    return loaded;
  }

  /** The match or target loaded last wins, as two of one kind can stand in a rule. */
  #findOption(name: string): Loaded<MatchExtension | TargetExtension> | undefined {
    const has = (loaded: Loaded<MatchExtension | TargetExtension>): boolean => hasOption(loaded.extension, name);
    if (this.#target && has(this.#target)) return this.#target;
    return this.#matches.findLast(has);
  }

  /** getopt_long(3) takes a beginning that only one option of all has. */
  #findAbbreviated(name: string, reader: TokenReader): Loaded<Extension> | undefined {
    const loaded: Loaded<Extension>[] = [...this.#matches, ...(this.#target ? [this.#target] : [])];
    const found = loaded.filter(({ extension }) => abbreviatedOptions(extension, name).length > 0);
    if (found.length !== 1 || abbreviatedOptions(found[0]!.extension, name).length !== 1) return undefined;
    return reader.beginnings(name).length === 0 ? found[0] : undefined;
  }

  /** `-p tcp --dport 80` needs no `-m tcp`. */
  #loadProtocolMatch(name: string): Loaded<MatchExtension> | undefined {
    const extension = this.#protocol.number ? MATCHES.get(protocolText(this.#protocol.number)) : undefined;
    const isLoaded = this.#matches.some((loaded) => loaded.extension === extension);
    return extension && !isLoaded && hasOption(extension, name) ? this.#loadMatch(extension.name) : undefined;
  }
}

type Extension = MatchExtension | TargetExtension;

const optionNamed = (extension: Extension, name: string): OptionSpec | undefined =>
  extension.options.find((option) => option.name === name || option.aliases?.includes(name));

const hasOption = (extension: Extension, name: string): boolean => optionNamed(extension, name) !== undefined;

const abbreviatedOptions = (extension: Extension, name: string): OptionSpec[] =>
  extension.options.filter((option) => [option.name, ...(option.aliases ?? [])].some((word) => word.startsWith(name)));

function parseAddresses(text: string, inverted: boolean): AddressTest[] {
  const parts = text.split(',');
  if (inverted && parts.length > 1) throw parameterProblem('! not allowed with multiple source or destination IP addresses');
  return parts.map((part) => parseAddressTest(part, inverted));
}

/** `10.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`; missing octets are zero. */
function parseAddressTest(text: string, inverted: boolean): AddressTest {
  const slash = text.indexOf('/');
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const mask = slash < 0 ? 0xffffffff : parseMask(text.slice(slash + 1));
  const value = parseHost(addressText);
  if (value === undefined) throw parameterProblem(`host/network \`${addressText}' not found`);
  return { value: (value & mask) >>> 0, mask, inverted };
}

// Simplification: `localhost` is the only host name that resolves; the tools would ask DNS.
const parseHost = (text: string): number | undefined =>
  text === 'localhost'
    ? 0x7f000001
    : /^\d+(\.\d+){0,3}$/.test(text)
      ? parseIpv4([...text.split('.'), '0', '0', '0'].slice(0, 4).join('.'))
      : undefined;

function parseInterface(text: string, inverted: boolean): InterfaceTest {
  if (text.length > MOST_INTERFACE_LENGTH) throw parameterProblem(`interface name \`${text}' must be shorter than IFNAMSIZ (15)`);
  const isPrefix = text.endsWith('+');
  return { name: isPrefix ? text.slice(0, -1) : text, isPrefix, inverted };
}

function parseProtocol(text: string, inverted: boolean): { number: number; inverted: boolean } {
  const number = protocolNumber(text);
  if (number === undefined) throw parameterProblem(`unknown protocol "${text}" specified`);
  if (number === 0 && inverted) throw parameterProblem('rule would never match protocol');
  return { number, inverted };
}
