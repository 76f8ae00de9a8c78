import type { Language } from '@svclab/labs';
import type { EntryInput, NodeRulesDiff, ObjectEvent, Problem, ReadQuery } from '@svclab/sandbox';
import type { PackedEntry, RecoveryData, SuccessValue } from '../persistence/log-types.js';

/** What the main thread asks of a worker. One sandbox's operations come one after the other; an `execute` that gave an entry is followed by `commit`, or by `evict` when the entry could not be kept. */
export type Operation =
  | {
      readonly op: 'execute';
      readonly sandboxId: string;
      readonly input: EntryInput;
      readonly revertTarget?: RecoveryData;
      readonly tellObjects?: boolean;
    }
  | { readonly op: 'commit' | 'evict'; readonly sandboxId: string }
  | { readonly op: 'restore'; readonly sandboxId: string; readonly data: RecoveryData }
  | { readonly op: 'read'; readonly sandboxId: string; readonly query: ReadQuery | ChecksQuery }
  | { readonly op: 'snapshot'; readonly sandboxId: string };

/** Asks a chapter, rather than the sandbox itself, what it makes of the sandbox's state. */
export interface ChecksQuery {
  readonly kind: 'checks';
  readonly chapter: string;
  readonly language: Language;
}

export interface Question {
  readonly id: number;
  readonly operation: Operation;
}

/** `resident: false`: this worker does not hold the sandbox; restore it and ask again. */
export type Reply = { readonly id: number; readonly heapBytes: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly resident: false }
  | { readonly ok: false; readonly resident: true; readonly error: string }
);

/** What `execute` gives: an entry to be made durable, or why there is none. */
export type ExecuteReply =
  | {
      readonly ok: true;
      readonly entry: PackedEntry;
      readonly value: SuccessValue;
      readonly rulesDiff: readonly NodeRulesDiff[];
      readonly pace: Pace;
      /** Where `tellObjects` asked for them. */
      readonly objectEvents: readonly ObjectEvent[];
    }
  | { readonly ok: false; readonly problem: Problem };

/** Of a command that is shown as it runs: what it wrote and when it wants to go on, in virtual microseconds. */
export interface Pace {
  readonly output?: readonly { readonly stream: 'stdout' | 'stderr'; readonly text: string }[];
  readonly wakeUs?: number;
  readonly exitCode?: number;
  /** It waits for input. */
  readonly awaitsInput?: boolean;
  /** It goes on in the worker's memory alone, until it has ended. */
  readonly busy?: boolean;
}
