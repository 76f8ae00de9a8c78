import type { Sim } from '@svclab/sim';
import type { ClusterConfig } from '../config.js';
import type { FieldError } from '../field-error.js';
import { dns1123Subdomain, type NameCheck } from '../names.js';
import type { ObjectStore } from '../object-store.js';
import type { ResourceRegistry } from '../registry.js';
import type { SelectableFields } from '../selectors/fields.js';
import type { ServiceAllocators } from '../allocators/service-allocators.js';
import type { KubeObject, ResourceInfo, Status } from '../types.js';

/** What a kind's rules may look at. */
export interface KindContext {
  readonly sim: Sim;
  readonly config: ClusterConfig;
  readonly resources: ResourceRegistry;
  readonly store: ObjectStore;
  readonly allocators: ServiceAllocators;
  readonly resource: ResourceInfo;
  readonly dryRun: boolean;
}

/** A column of `kubectl get`, with what it shows of an object. `wide` columns show with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly wide?: boolean;
  readonly cell: (object: Readonly<KubeObject>, nowUs: number) => string | number;
}

/**
 * What is particular to one kind, as a strategy of upstream's registry
 * (pkg/registry/<group>/<kind>/strategy.go). The functions change the object they
 * are given, which is the server's own copy, and run in the order they stand here.
 */
export interface KindRules {
  /** Fills in what the client left out (pkg/apis/<group>/<version>/defaults.go). */
  readonly applyDefaults?: (object: KubeObject) => void;
  /** What admission adds to, or refuses of, a new object. */
  readonly admit?: (object: KubeObject, context: KindContext) => Status | undefined;
  /** Ignores what a client may not set in a new object. */
  readonly prepareForCreate?: (object: KubeObject, context: KindContext) => void;
  /** Ignores what a client may not change. `status` has been taken from `previous` already. */
  readonly prepareForUpdate?: (object: KubeObject, previous: Readonly<KubeObject>, context: KindContext) => void;
  /** Reserves what the cluster hands out (addresses, ports), before validation, as upstream does. */
  readonly allocate?: (object: KubeObject, previous: Readonly<KubeObject> | undefined, context: KindContext) => Status | undefined;
  /** Syntax of `metadata.name`; a DNS subdomain unless said otherwise. */
  readonly nameCheck?: NameCheck;
  readonly validate?: (object: Readonly<KubeObject>, context: KindContext) => FieldError[];
  /** What may not stand in a new object, beside what {@link validate} says. */
  readonly validateCreate?: (object: Readonly<KubeObject>) => FieldError[];
  readonly validateUpdate?: (object: Readonly<KubeObject>, previous: Readonly<KubeObject>, context: KindContext) => FieldError[];
  /** What a writer is told of an object that was taken nevertheless (`WarningsOnCreate`, `WarningsOnUpdate`). */
  readonly warnings?: (object: Readonly<KubeObject>) => readonly string[];
  /** Present for kinds that count generations: whether an update makes a new one. */
  readonly newGeneration?: (object: Readonly<KubeObject>, previous: Readonly<KubeObject>) => boolean;
  /** `reset`: a client's `status` is ignored but in `updateStatus`; `given`: a new object may bring one. */
  readonly status?: 'reset' | 'given';
  /** A write of the status may change annotations too: the deployment controller counts revisions so, without a new generation. */
  readonly statusWritesAnnotations?: true;
  readonly selectableFields?: SelectableFields;
  readonly columns: readonly Column[];
}

export const nameCheckOf = (rules: KindRules): NameCheck => rules.nameCheck ?? dns1123Subdomain;
