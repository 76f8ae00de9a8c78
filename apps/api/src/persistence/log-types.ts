import type { Entry } from '@svclab/sandbox';

type Bytes = Uint8Array<ArrayBuffer>;

/** A place in a sandbox's history. */
export interface LogPosition {
  readonly sandboxId: string;
  readonly log: number;
  readonly seq: number;
}

/** An entry as it is stored, packed where it was made (in the worker) so that the main thread only passes it on. */
export interface PackedEntry extends Pick<Entry, 'seq' | 'kind' | 'virtualTimeUs' | 'engineVersion' | 'stateHash'> {
  /** {@link StoredRecord}, packed. */
  readonly record: Bytes;
  /** The entry's delta, packed. */
  readonly delta: Bytes;
}

/** What of an entry people read. */
export interface StoredRecord extends Pick<Entry, 'input' | 'transcript' | 'rulesDiff'> {
  /** What the one who asked was answered; told again to a retry. */
  readonly answer: SuccessValue;
}

/** The value of a successful answer. */
export type SuccessValue = any;

export interface StoredEntry extends StoredRecord {
  readonly seq: number;
  readonly kind: string;
  /** Microseconds since the epoch, of the sandbox's own clock. */
  readonly virtualTimeUs: number;
  readonly createdAt: Date;
  readonly engineVersion: number;
  readonly stateHash: string;
}

/** The nearest snapshot (none: the empty state) and what changed since. */
export interface RecoveryData {
  readonly snapshot: Bytes | undefined;
  readonly deltas: readonly { readonly seq: number; readonly stateHash: string; readonly delta: Bytes }[];
}

/** What makes a retry recognisable as one. */
export interface RequestIdentity {
  /** The Idempotency-Key header. */
  readonly key: string;
  /** SHA-256 of method, path and body. */
  readonly hash: string;
}

export interface NewSandbox {
  readonly id: string;
  readonly tokenHash: string;
  readonly name?: string | undefined;
  readonly profile: string;
  readonly proxyMode: string;
  readonly seed: number;
  readonly parent?: { readonly id: string; readonly seq: number };
}

/** A part of a log: neither bound belongs to it. */
export interface EntryRange {
  readonly afterSeq?: number | undefined;
  readonly beforeSeq?: number | undefined;
  /** Which comes first. Default `oldest`. */
  readonly order?: 'oldest' | 'newest';
  readonly limit: number;
}

export interface SandboxRow {
  readonly id: string;
  readonly tokenHash: string;
  readonly createdAt: Date;
  readonly name: string | null;
  readonly profile: string;
  readonly proxyMode: string;
  readonly seed: number;
  readonly log: number;
  readonly parentId: string | null;
  readonly parentSeq: number | null;
  /** Which of its keys opens its Kubernetes API; counts from 1. */
  readonly kubernetesKey: number;
  /** Of the last entry; 0 while there is none. */
  readonly seq: number;
  /** Of the latest snapshot; 0 while there is none. */
  readonly snapshotSeq: number;
}
