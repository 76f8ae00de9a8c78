import type { ClusterView } from './cluster-view.js';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Key to sentence. `{name}` stands for a parameter, backticks enclose what a tool would print. */
export type Texts = Readonly<Record<string, string>>;

/** A sentence before it is put into a language. */
export interface Message {
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** One block of a chapter's page: a command that runs as it stands. */
export interface Step {
  readonly id: string;
  /** Where it runs, `host` unless said: `node/…`, `pod/<namespace>/<name>`. */
  readonly at?: string;
  readonly command: string;
  /** Its output is sentences, such as rules, rather than rows of a table: long lines are broken. */
  readonly wrap?: boolean;
  /** Of the last command; 0 unless said. */
  readonly exitCode?: number;
  /** What its output shows in every sandbox, whatever its addresses and chances. */
  readonly prints?: RegExp;
}

/** What a look at the cluster found. */
export interface Finding {
  readonly holds: boolean;
  /** The value that was found and, where it does not hold yet, its cause. */
  readonly found: Message;
}

/** One line of a check. Its text has the key `<check>.<condition>`. */
export interface Condition {
  readonly id: string;
  /** The condition of this check that must hold before this one says anything. */
  readonly needs?: string;
  /** Looks at the state alone: how the learner came there is not asked. */
  readonly look: (cluster: ClusterView) => Finding;
}

/** A task whose end can be seen in the cluster. Text keys: `<check>.title`, `<check>.task`, `<check>.hint-1`, `<check>.hint-2`. */
export interface Check {
  readonly id: string;
  readonly conditions: readonly Condition[];
  /** One way that passes, from where the chapter's setup ends. */
  readonly solution: readonly string[];
}

export interface Chapter {
  readonly id: string;
  readonly profile: 'kind' | 'empty';
  readonly steps: readonly Step[];
  /** Ids of the steps that the checks stand on. */
  readonly setup: readonly string[];
  readonly checks: readonly Check[];
  readonly texts: Readonly<Record<Language, Texts>>;
}

/** `waits`: the condition that it needs does not hold yet. */
export type ConditionStatus = 'holds' | 'not-yet' | 'waits';

export interface ConditionResult {
  readonly id: string;
  readonly status: ConditionStatus;
  /** Absent while it waits. */
  readonly found?: Message;
}

export interface CheckResult {
  readonly id: string;
  readonly passed: boolean;
  readonly conditions: readonly ConditionResult[];
}

export interface Evaluation {
  readonly chapter: string;
  /** The entry after which the sandbox was looked at. */
  readonly seq: number;
  readonly passed: boolean;
  readonly checks: readonly CheckResult[];
}
