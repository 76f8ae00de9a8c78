import type { Packet } from '@svclab/wire';
import type { Accounting } from '../nfacct/accounting.js';
import type { Conntrack } from '../conntrack/conntrack.js';
import type { IpSets } from '../ipset/ip-sets.js';
import type { Ipvs } from '../ipvs/ipvs.js';
import type { KernelLog } from '../kernel-log.js';
import type { Nat } from '../nat/nat.js';
import type { RecentLists } from '../recent/recent-lists.js';
import type { Chance, Hook, NetworkPort, RejectWith, Skb, TableName } from '../types.js';
import { optionProblem, type ToolError } from './tool-error.js';

/** What the kernel offers to matches and targets. */
export interface KernelServices {
  readonly network: NetworkPort;
  readonly chance: Chance;
  readonly recent: RecentLists;
  readonly accounting: Accounting;
  readonly nat: Nat;
  readonly conntrack: Conntrack;
  readonly ipsets: IpSets;
  readonly ipvs: Ipvs;
  readonly log: KernelLog;
  /** Virtual time. */
  readonly nowUs: number;
}

/** Where a rule is being tried (Linux: `struct xt_action_param` and the skb). One object serves a whole hook. */
export interface RuleContext {
  readonly kernel: KernelServices;
  readonly netns: string;
  readonly hook: Hook;
  readonly skb: Skb;
  readonly packet: Packet;
  /** The rule's own counters: packets, bytes, then one number for each stateful match. */
  counters: number[];
  /** Left by a match that let chance decide: its threshold, a fraction of 2³¹; −1 otherwise. */
  chanceThreshold: number;
}

/** What one rule says about a packet. */
export type RuleVerdict = 'ACCEPT' | 'DROP' | 'REJECT' | 'RETURN' | 'continue';

/** One `-m` of a rule, parsed. Stateless: shared by all rules with the same text, in all namespaces. */
export interface Match {
  readonly name: string;
  /** Options as `-S` prints them after `-m NAME`; empty when there are none. */
  readonly text: string;
  /** As `-L` prints it; empty: nothing. */
  list(numeric: boolean): string;
  test(context: RuleContext): boolean;
  /** Why it matched, or why not, for a learner; only called right after `test`. Empty: nothing worth saying. */
  explain(context: RuleContext, matched: boolean): string;
  /** Its names of kernel objects that rules keep alive or need. */
  readonly recentList?: string;
  readonly accountingObject?: string;
  readonly ipset?: string;
  readonly needsConntrack?: boolean;
  /** Where the kernel lets it stand; absent: anywhere. */
  readonly hooks?: readonly Hook[];
  /** Keeps a number per rule: `test` needs the rule's counters. */
  readonly stateful?: boolean;
  /** Bits of {@link READS}, and the promise that goes with them; absent: it may read or change anything. */
  readonly reads?: number;
  /** The one destination port without which it never matches: chains find their rules by it. */
  readonly destinationPort?: number | undefined;
}

/** One `-j` of an extension, parsed. Stateless too. */
export interface Target {
  readonly name: string;
  readonly text: string;
  list(numeric: boolean): string;
  apply(context: RuleContext): RuleVerdict;
  /** As `-L` names it, where that differs from how `-S` does. */
  readonly listedAs?: string;
  readonly needsConntrack?: boolean;
  readonly ipsets?: readonly string[];
  /** The answer that a REJECT owes. */
  readonly rejectWith?: RejectWith;
  /** It changes the packet's mark and nothing else, by what the mark was alone. */
  readonly onlyMarks?: boolean;
}

/** An option of an extension, without its dashes. */
export interface OptionSpec {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Words that follow. */
  readonly values: 0 | 1 | 2;
  readonly invertible?: boolean;
  /** Missing it is an error. */
  readonly required?: boolean;
  /** Options that must be given, or must not be, beside this one. */
  readonly needs?: string;
  readonly excludes?: readonly string[];
}

/** An option as it was given. */
export interface OptionUse {
  readonly name: string;
  readonly invert: boolean;
  readonly values: readonly string[];
}

/** What an extension may know of the rule's protocol: `number` 0 is any. */
export interface RuleProtocol {
  readonly number: number;
  readonly inverted: boolean;
}

export interface MatchExtension {
  readonly name: string;
  readonly options: readonly OptionSpec[];
  /** `slot` is the place in the rule's counters that a stateful match may use. */
  parse(options: OptionSet, protocol: RuleProtocol, slot: number): Match;
}

export interface TargetExtension {
  readonly name: string;
  readonly options: readonly OptionSpec[];
  /** Where the kernel lets it stand; absent: anywhere. */
  readonly tables?: readonly TableName[];
  readonly hooks?: readonly Hook[];
  parse(options: OptionSet, protocol: RuleProtocol): Target;
}

/** The options given to one extension, checked against its specification. */
export class OptionSet {
  constructor(
    private readonly extension: string,
    private readonly uses: readonly OptionUse[],
  ) {}

  static checked(extension: { readonly name: string; readonly options: readonly OptionSpec[] }, uses: readonly OptionUse[]): OptionSet {
    const set = new OptionSet(extension.name, uses);
    for (const [position, use] of uses.entries()) {
      const { name } = use;
      if (uses.findIndex((other) => other.name === name) < position) throw set.problem(`option "--${name}" can only be used once.`);
      const spec = extension.options.find((option) => option.name === name)!;
      if (use.invert && !spec.invertible) throw set.problem(`option "--${name}" cannot be inverted.`);
    }
    for (const spec of extension.options) {
      if (!set.has(spec.name)) {
        if (spec.required) throw set.problem(`option "--${spec.name}" must be specified`);
        continue;
      }
      if (spec.needs && !set.has(spec.needs)) throw set.problem(`option "--${spec.name}" also requires "--${spec.needs}".`);
      for (const other of spec.excludes ?? []) {
        if (set.has(other)) throw set.problem(`option "--${spec.name}" cannot be used together with "--${other}".`);
      }
    }
    return set;
  }

  has(name: string): boolean {
    return this.uses.some((use) => use.name === name);
  }

  get(name: string): OptionUse | undefined {
    return this.uses.find((use) => use.name === name);
  }

  /** The first word after an option. */
  value(name: string): string | undefined {
    return this.get(name)?.values[0];
  }

  isInverted(name: string): boolean {
    return this.get(name)?.invert ?? false;
  }

  /** An unsigned number in `low … high`, decimal, octal or hexadecimal. */
  number(name: string, low: number, high: number): number | undefined {
    const text = this.value(name);
    if (text === undefined) return undefined;
    const value = parseUnsigned(text);
    if (value === undefined || value < low || value > high) {
      throw this.problem(`bad value for option "--${name}", or out of range (${low}-${high}).`);
    }
    return value;
  }

  /** `5`, `5:10`, `:10`, `5:`: numbers from 0 to `most`. */
  span(name: string, most: number): readonly [number, number] | undefined {
    const text = this.value(name);
    if (text === undefined) return undefined;
    const [firstText, lastText = firstText, ...rest] = text.split(':');
    const number = (part: string, ifEmpty: number): number => {
      const value = part === '' && text !== '' ? ifEmpty : parseUnsigned(part);
      if (value !== undefined && value <= most) return value;
      throw this.problem(`bad value for option "--${name}" near "${part}", or out of range (0-${most}).`);
    };
    if (rest.length) throw this.problem(`bad value for option "--${name}" near "${rest.join(':')}", or out of range (0-${most}).`);
    return [number(firstText!, 0), number(lastText!, most)];
  }

  problem(message: string): ToolError {
    return optionProblem(this.extension, message);
  }
}

/** strtoul with base 0; `undefined` when the whole text is not a number. */
export function parseUnsigned(text: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return parseInt(text, 16);
  if (/^0[0-7]+$/.test(text)) return parseInt(text, 8);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** `destination port is 9000`, `destination port 80 is not 9000`, `source 10.10.0.5 is in 10.10.0.0/16`. */
export function compared(what: string, value: string | number, wanted: string | number, isSo: boolean): string {
  if (isSo && String(value) === String(wanted)) return `${what} is ${value}`;
  return `${what} ${value} is ${isSo ? '' : 'not '}${wanted}`;
}

/** `! ` where a condition is inverted. */
export const bang = (inverted: boolean): string => (inverted ? '! ' : '');

export const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/** `5`, `5:10`. */
export const spanText = ([first, last]: readonly [number, number]): string => (first === last ? String(first) : `${first}:${last}`);
