import { sameJson, type KubeObject } from '@svclab/kube-api';
import { failure } from '../../errors.js';
import type { Invocation } from '../../invocation.js';
import type { TypedObject } from '../../printers/output.js';
import { isOwnedBy } from './targets.js';

const REVISION = 'deployment.kubernetes.io/revision';
const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const HASH_LABEL = 'pod-template-hash';

/** A template that a workload has had, with the object that keeps it: a ReplicaSet or a ControllerRevision. */
export interface Revision {
  readonly number: number;
  readonly template: PodTemplate;
  /** The template as its keeper has it, with the label that tells a ReplicaSet's pods from others. */
  readonly shown: PodTemplate;
  readonly keeper: Readonly<KubeObject>;
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, any>>;
}

/** All that are known, oldest first (kubectl pkg/polymorphichelpers/history.go). */
export function revisionsOf(call: Invocation, target: TypedObject): Revision[] {
  const { object } = target;
  const { namespace } = object.metadata;
  const owned = (plural: string): readonly Readonly<KubeObject>[] =>
    call.api.list(plural, { namespace }).filter((each) => isOwnedBy(each, object));
  const revisions =
    object.kind === 'Deployment'
      ? owned('replicasets').map(ofReplicaSet)
      : object.kind === 'DaemonSet'
        ? owned('controllerrevisions').map(ofControllerRevision)
        : undefined;
  if (!revisions) throw failure(`no history viewer has been implemented for "${object.kind}"`);
  return revisions.filter(({ number }) => number > 0).toSorted((a, b) => a.number - b.number);
}

export const changeCause = ({ keeper }: Revision): string => keeper.metadata.annotations?.[CHANGE_CAUSE] || '<none>';

/** The one with this number; with 0 the one before the last. */
export function wantedRevision(target: TypedObject, revisions: readonly Revision[], number: number): Revision {
  if (number < 0) throw failure(`unable to find specified revision ${number} in history`);
  const found = number > 0 ? revisions.find((revision) => revision.number === number) : revisions.at(-2);
  if (found) return found;
  if (number > 0) throw failure(`unable to find specified revision ${number} in history`);
  const what = target.object.kind === 'Deployment' ? 'deployment' : 'daemon set';
  throw failure(`no rollout history found for ${what} "${target.object.metadata.name}"`);
}

export const sameTemplate = (a: PodTemplate, b: PodTemplate): boolean => sameJson(a, b);

function ofReplicaSet(replicaSet: Readonly<KubeObject>): Revision {
  const template = replicaSet.spec!['template'] as PodTemplate;
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return {
    number: Number(replicaSet.metadata.annotations?.[REVISION] ?? 0),
    template: { ...template, metadata: { ...template.metadata, labels } },
    shown: template,
    keeper: replicaSet,
  };
}

function ofControllerRevision(keeper: Readonly<KubeObject>): Revision {
  const { $patch: _patch, ...template } = keeper['data'].spec.template as PodTemplate & { $patch?: string };
  return { number: keeper['revision'] as number, template, shown: template, keeper };
}
