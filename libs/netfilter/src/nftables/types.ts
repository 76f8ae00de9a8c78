import type { Hook } from '../types.js';

/** Families whose tables see IP packets. */
export type TableFamily = 'ip' | 'ip6' | 'inet';

export const TABLE_FAMILIES: readonly TableFamily[] = ['ip', 'ip6', 'inet'];

export const isTableFamily = (word: string): word is TableFamily => TABLE_FAMILIES.includes(word as TableFamily);

export type ChainType = 'filter' | 'nat' | 'route';

/** How a base chain hangs in its hook. */
export interface BaseChain {
  readonly type: ChainType;
  readonly hook: Hook;
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
  /** Counts the base chains of a namespace: of two with the same priority, the younger one comes first. */
  readonly registered: number;
  /** iptables' table of the same hook and priority was there already, so it comes later. */
  readonly beforeIptables: boolean;
}

/** What is counted in a namespace and never given twice. Table `nft.namespaces`, key = netns. */
export interface NamespaceRecord {
  readonly nextTableHandle: number;
  /** For {@link BaseChain.registered}. */
  readonly nextRegistration: number;
}

/** Table `nft.tables`, key = `<netns>|<family>|<table>`. */
export interface TableRecord {
  readonly handle: number;
  /** For the next chain, rule or set. */
  readonly nextHandle: number;
  readonly comment?: string;
  /** Its chains hang in no hook for now. */
  readonly dormant?: boolean;
}

/** Table `nft.chains`, key = `<netns>|<family>|<table>|<chain>`. */
export interface ChainRecord {
  readonly handle: number;
  readonly base?: BaseChain;
  readonly comment?: string;
  /** Each rule's handle and text, without what its counters count. */
  readonly rules: readonly (readonly [handle: number, text: string])[];
}

/** What the rules of a chain keep: counters and token buckets, by handle. Table `nft.rule-state`, key as `nft.chains`; made when first needed. */
export type RuleStateRecord = Record<string, number[]>;

/** Table `nft.sets`, key = `<netns>|<family>|<table>|<set>`. */
export interface SetRecord {
  readonly handle: number;
  readonly kind: 'set' | 'map';
  /** `ipv4_addr . inet_service`, or selectors where `isTypeof`. */
  readonly type: string;
  readonly isTypeof?: boolean;
  /** Maps only: `verdict` or a type. */
  readonly data?: string;
  readonly flags: readonly string[];
  readonly timeoutMs?: number;
  readonly gcIntervalMs?: number;
  readonly size?: number;
  readonly policy?: string;
  readonly autoMerge?: boolean;
  readonly comment?: string;
}

/** Table `nft.elements`, key = `<netns>|<family>|<table>|<set>|<key>`. */
export interface ElementRecord {
  /** Verdict or data, as printed. */
  readonly value?: string;
  readonly comment?: string;
  readonly timeoutMs?: number;
  readonly expiresUs?: number;
}
