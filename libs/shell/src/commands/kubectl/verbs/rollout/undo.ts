import type { KubeObject } from '@svclab/kube-api';
import { podTemplateText } from '../../describe/index.js';
import { failure, serverError } from '../../errors.js';
import { int } from '../../flags.js';
import type { Invocation, Verb } from '../../invocation.js';
import type { TypedObject } from '../../printers/output.js';
import { report } from '../../report.js';
import { DRY_RUN_FLAGS, dryRunOf, OUTPUT_FLAGS } from '../../standard-flags.js';
import { revisionsOf, sameTemplate, wantedRevision, type PodTemplate, type Revision } from './revisions.js';
import { TARGET_FLAGS, targetsOf } from './targets.js';

export const undo: Verb = {
  name: 'undo',
  summary: 'Undo a previous rollout',
  usage: '(TYPE NAME | TYPE/NAME) [flags]',
  flags: [
    int('to-revision', 'The revision to rollback to. Default to 0 (last revision).'),
    ...TARGET_FLAGS,
    ...DRY_RUN_FLAGS,
    ...OUTPUT_FLAGS,
  ],
  run(call) {
    for (const target of targetsOf(call)) rollBack(call, target, call.flags.int('to-revision') ?? 0);
    return 0;
  },
};

function rollBack(call: Invocation, target: TypedObject, number: number): void {
  const { object } = target;
  const dryRun = dryRunOf(call.flags);
  const revision = wantedRevision(target, revisionsOf(call, target), number);
  if (dryRun === 'client') return report(call, target, podTemplateText(revision.shown), dryRun);
  const { name } = object.metadata;
  if (object.spec?.['paused'])
    throw failure(
      `you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume deployment/${name}' and try again`,
    );
  if (sameTemplate(revision.template, object.spec?.['template'] as PodTemplate))
    return report(call, target, `skipped rollback (current template already matches revision ${number})`, dryRun);
  const result = call.api.patch(target.resource, object.metadata.namespace, name, 'json', patchTo(object, revision), {
    dryRun: dryRun === 'server',
  });
  if (!result.ok) throw serverError(result.error);
  report(call, { ...target, object: result.value }, 'rolled back', dryRun);
}

/** Annotations that stay those of the Deployment; the others come with the revision (kubectl pkg/polymorphichelpers/rollback.go). */
const OWN_ANNOTATIONS = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

function patchTo(object: Readonly<KubeObject>, { template, keeper }: Revision): object[] {
  const replace = { op: 'replace', path: '/spec/template', value: template };
  if (object.kind !== 'Deployment') return [replace];
  const own = Object.entries(object.metadata.annotations ?? {}).filter(([key]) => OWN_ANNOTATIONS.includes(key));
  const theirs = Object.entries(keeper.metadata.annotations ?? {}).filter(([key]) => !OWN_ANNOTATIONS.includes(key));
  return [replace, { op: 'replace', path: '/metadata/annotations', value: Object.fromEntries([...own, ...theirs]) }];
}
