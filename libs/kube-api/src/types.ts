import type { Json } from '@svclab/sim';
import type { ManagedFieldsEntry } from './managed-fields/entries.js';

/** metadata of every object (k8s.io/apimachinery/pkg/apis/meta/v1 ObjectMeta). */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid: string;
  /** Decimal, counts every write of the cluster. */
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  /** Who set which fields; recorded of those who say who they are. */
  managedFields?: ManagedFieldsEntry[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Any stored object. Members beyond metadata keep the API's own names and shapes. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: Record<string, any>;
  status?: Record<string, any>;
  [member: string]: any;
}

/** One resource type the server serves. */
export interface ResourceInfo {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly categories: readonly string[];
}

/** The error form of the Kubernetes API (meta/v1 Status), texts as upstream words them. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly details?: { readonly name?: string; readonly group?: string; readonly kind?: string; readonly causes?: readonly StatusCause[] };
  readonly code: number;
}

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface WatchEvent {
  readonly type: WatchEventType;
  readonly resource: ResourceInfo;
  readonly object: Readonly<KubeObject>;
  /** The object before, for MODIFIED and DELETED. */
  readonly previous?: Readonly<KubeObject>;
}

export interface ListOptions {
  readonly namespace?: string;
  /** As kubectl writes it: `app=webpod,tier in (a,b),!x`. */
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  /** Default Strict: an unknown or duplicate field is an error that names it; with Warn it is dropped and `warn` is told. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  readonly warn?: (complaint: string) => void;
  /** Who writes, for `metadata.managedFields`. Without it the fields that change belong to nobody. */
  readonly fieldManager?: string;
}

export interface DeleteOptions {
  readonly dryRun?: boolean;
  /** Pods: seconds to end in; the pod's own choice when absent, 0 removes it at once. */
  readonly gracePeriodSeconds?: number;
  /** What becomes of dependents; the garbage collector's work. */
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** Preconditions: the object must be this one, in this version. */
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export type PatchType = 'strategic' | 'merge' | 'json';

/** Of a server-side apply. */
export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields that others manage. */
  readonly force?: boolean;
}

/** What `kubectl apply` did. `warnings` are what kubectl prints after `Warning: `. */
export interface Applied {
  readonly object: Readonly<KubeObject>;
  readonly outcome: 'created' | 'configured' | 'unchanged';
  readonly warnings: readonly string[];
}

/** meta/v1 Table, reduced to what a printer needs: priority 1 columns show with `-o wide` only. */
export interface PrintTable {
  readonly columns: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly (string | number)[]; readonly object: Readonly<KubeObject> }[];
}

export type { Json, ManagedFieldsEntry };
