import type { Hook, RejectWith } from '../types.js';
import type { PacketContext } from './packet-context.js';
import type { Span } from './problem.js';
import type { NftVerdict } from './verdict.js';

/** How a statement ends its rule; `undefined` lets it go on. */
export type StatementOutcome = NftVerdict | typeof NO_MATCH | { readonly kind: 'reject' } | undefined;

/** The rule does not match: the next one is asked (Linux: `NFT_BREAK`). */
export const NO_MATCH = { kind: 'break' } as const;
export const REJECTED = { kind: 'reject' } as const;
export const ACCEPTED: NftVerdict = { kind: 'accept' };
export const DROPPED: NftVerdict = { kind: 'drop' };

/** A name that a rule depends on, and where it says so. */
export interface Reference {
  readonly name: string;
  readonly at: Span;
}

/** One statement of a rule, parsed. Stateless: shared by all rules with the same text. */
export interface Statement {
  /** As it is printed; what it keeps (counters) is told by `print`. */
  readonly text: string;
  run(context: PacketContext): StatementOutcome;
  /** Why it matched or not, for a learner; asked right after `run`. Empty: nothing worth saying. */
  explain?(context: PacketContext, matched: boolean): string;
  /** With what its numbers are now. */
  print?(numbers: readonly number[]): string;
  /** What `meta l4proto` before it would only repeat. */
  readonly impliesProtocol?: number;
  /** Where it names what it asks for. */
  readonly asksAt?: Span;
  /** It says no more than that the packet is of this protocol. */
  readonly saysProtocol?: number;
  /** What its numbers begin with; they follow each other from the slot it was read with. */
  readonly numbers?: readonly number[];
  readonly chains?: readonly Reference[];
  readonly sets?: readonly Reference[];
  /** Interfaces that must be there when the rule is made. */
  readonly interfaces?: readonly Reference[];
  /** How many sets without a name it brings along; each takes a handle. */
  readonly anonymousSets?: number;
  readonly needsConntrack?: boolean;
  /** Only chains of type nat, and only in these hooks. */
  readonly nat?: boolean;
  readonly hooks?: readonly Hook[];
  readonly isTerminal?: boolean;
  /** The answer that a reject owes. */
  readonly rejectWith?: RejectWith;
  /** What it does, in a trace: `masquerade`. */
  readonly title?: string;
}

/** One rule, parsed; the same object for all rules of the same text and family. */
export interface NftRule {
  /** As it is printed, without what its counters count. */
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly comment?: string;
  readonly numbers: readonly number[];
  readonly chains: readonly Reference[];
  readonly sets: readonly Reference[];
  readonly interfaces: readonly Reference[];
  readonly anonymousSets: number;
  readonly needsConntrack: boolean;
}

export const ruleText = (statements: readonly Statement[], comment: string | undefined, numbers?: readonly number[]): string =>
  [
    ...statements.map((statement) => (numbers && statement.print ? statement.print(numbers) : statement.text)),
    ...(comment === undefined ? [] : [`comment "${comment}"`]),
  ].join(' ');
