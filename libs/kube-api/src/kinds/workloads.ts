import { goQuote, invalidStruct, invalidValue, notSupported, required, type FieldError } from '../field-error.js';
import { sameJson } from '../json.js';
import { validateLabels } from '../metadata.js';
import { formatLabels, matchesSelector, type LabelSelector } from '../selectors/labels.js';
import type { KubeObject } from '../types.js';
import { ageColumn, nameColumn, templateColumns } from './columns.js';
import type { Column, KindRules } from './kind.js';
import { applyPodSpecDefaults } from './pod/defaults.js';
import type { PodSpec } from './pod/fields.js';
import { validatePodSpec } from './pod/validation.js';

interface WorkloadSpec {
  replicas?: number;
  selector?: LabelSelector;
  template?: { metadata?: { labels?: Record<string, string> }; spec?: PodSpec };
  strategy?: { type?: string; rollingUpdate?: RollingUpdate };
  updateStrategy?: { type?: string; rollingUpdate?: RollingUpdate };
  revisionHistoryLimit?: number;
  progressDeadlineSeconds?: number;
}

interface RollingUpdate {
  maxSurge?: number | string;
  maxUnavailable?: number | string;
}

const workloadSpecOf = (object: Readonly<KubeObject>): WorkloadSpec => (object.spec ?? {}) as WorkloadSpec;

const statusNumber =
  (field: string): ((object: Readonly<KubeObject>) => number) =>
  (object) =>
    (object.status?.[field] as number | undefined) ?? 0;
const desired = (object: Readonly<KubeObject>): number => (object.spec?.['replicas'] as number | undefined) ?? 0;
const numberColumn = (name: string, field: string): Column => ({ name, cell: statusNumber(field) });

const specChanged = (object: Readonly<KubeObject>, previous: Readonly<KubeObject>): boolean => !sameJson(object.spec, previous.spec);

function applyTemplateDefaults(spec: WorkloadSpec): void {
  if (spec.template?.spec) applyPodSpecDefaults(spec.template.spec);
}

/** Selector and template of a workload, which must fit each other (pkg/apis/apps/validation). */
function validateWorkload(object: Readonly<KubeObject>): FieldError[] {
  const { selector, template, replicas } = workloadSpecOf(object);
  const errors: FieldError[] = [];
  if (replicas !== undefined && replicas < 0) errors.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
  const labels = template?.metadata?.labels;
  if (!selector) errors.push(required('spec.selector'));
  else if (selectsEverything(selector)) {
    // ReplicaSets, too, are told about deployments.
    const kind = object.kind === 'DaemonSet' ? 'daemonset' : 'deployment';
    errors.push(invalidStruct('spec.selector', goSelector(selector), `empty selector is invalid for ${kind}`));
  } else if (!matchesSelector(selector, labels))
    errors.push(invalidStruct('spec.template.metadata.labels', goLabels(labels), '`selector` does not match template `labels`'));
  errors.push(...validateLabels(labels, 'spec.template.labels'), ...validatePodSpec(template?.spec ?? {}, 'spec.template.spec'));
  const policy = template?.spec?.restartPolicy;
  if (policy !== undefined && policy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  return errors;
}

const selectsEverything = ({ matchLabels, matchExpressions }: LabelSelector): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && !matchExpressions?.length;

function validateSelectorUpdate(object: Readonly<KubeObject>, previous: Readonly<KubeObject>): FieldError[] {
  const { selector } = workloadSpecOf(object);
  if (sameJson(selector, workloadSpecOf(previous).selector)) return [];
  return [invalidStruct('spec.selector', goSelector(selector), 'field is immutable')];
}

/** `map[string]string{"app":"web"}`, as Go prints it. */
function goLabels(labels: Readonly<Record<string, string>> | undefined): string {
  if (!labels) return 'map[string]string(nil)';
  const pairs = Object.keys(labels).toSorted();
  return `map[string]string{${pairs.map((key) => `${goQuote(key)}:${goQuote(labels[key]!)}`).join(', ')}}`;
}

/** `v1.LabelSelector{…}`, as Go prints it. */
function goSelector({ matchLabels, matchExpressions = [] }: LabelSelector = {}): string {
  const terms = matchExpressions.map(
    ({ key, operator, values }) =>
      `v1.LabelSelectorRequirement{Key:${goQuote(key)}, Operator:${goQuote(operator)}, Values:[]string${values ? `{${values.map(goQuote).join(', ')}}` : '(nil)'}}`,
  );
  const expressions = terms.length > 0 ? `{${terms.join(', ')}}` : '(nil)';
  return `v1.LabelSelector{MatchLabels:${goLabels(matchLabels)}, MatchExpressions:[]v1.LabelSelectorRequirement${expressions}}`;
}

export const deploymentRules: KindRules = {
  applyDefaults: (deployment) => {
    const spec = workloadSpecOf(deployment);
    spec.replicas ??= 1;
    const strategy = (spec.strategy ??= {});
    strategy.type ??= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate')
      strategy.rollingUpdate = {
        maxSurge: strategy.rollingUpdate?.maxSurge ?? '25%',
        maxUnavailable: strategy.rollingUpdate?.maxUnavailable ?? '25%',
      };
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    applyTemplateDefaults(spec);
  },
  newGeneration: (deployment, previous) =>
    specChanged(deployment, previous) || !sameJson(deployment.metadata.annotations ?? {}, previous.metadata.annotations ?? {}),
  validate: validateWorkload,
  validateUpdate: validateSelectorUpdate,
  status: 'reset',
  statusWritesAnnotations: true,
  columns: [
    nameColumn,
    { name: 'Ready', cell: (deployment) => `${statusNumber('readyReplicas')(deployment)}/${desired(deployment)}` },
    numberColumn('Up-to-date', 'updatedReplicas'),
    numberColumn('Available', 'availableReplicas'),
    ageColumn,
    ...templateColumns,
  ],
};

export const replicaSetRules: KindRules = {
  applyDefaults: (replicaSet) => {
    const spec = workloadSpecOf(replicaSet);
    spec.replicas ??= 1;
    applyTemplateDefaults(spec);
  },
  prepareForCreate: (replicaSet) => {
    replicaSet.status = { replicas: 0 };
  },
  newGeneration: specChanged,
  validate: validateWorkload,
  validateUpdate: validateSelectorUpdate,
  status: 'reset',
  selectableFields: { 'status.replicas': statusNumber('replicas') },
  columns: [
    nameColumn,
    { name: 'Desired', cell: desired },
    numberColumn('Current', 'replicas'),
    numberColumn('Ready', 'readyReplicas'),
    ageColumn,
    ...templateColumns,
  ],
};

/** How often a DaemonSet's template has changed: once a field, now an annotation that no client can set (pkg/apis/apps/v1/conversion.go). */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function setTemplateGeneration({ metadata }: KubeObject, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

export const daemonSetRules: KindRules = {
  applyDefaults: (daemonSet) => {
    const spec = workloadSpecOf(daemonSet);
    const strategy = (spec.updateStrategy ??= {});
    strategy.type ??= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate')
      strategy.rollingUpdate = {
        maxSurge: strategy.rollingUpdate?.maxSurge ?? 0,
        maxUnavailable: strategy.rollingUpdate?.maxUnavailable ?? 1,
      };
    spec.revisionHistoryLimit ??= 10;
    applyTemplateDefaults(spec);
  },
  prepareForCreate: (daemonSet) => {
    daemonSet.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
    setTemplateGeneration(daemonSet, 1);
  },
  prepareForUpdate: (daemonSet, previous) => {
    const before = Number(previous.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1);
    const isSame = sameJson(workloadSpecOf(daemonSet).template, workloadSpecOf(previous).template);
    setTemplateGeneration(daemonSet, isSame ? before : before + 1);
  },
  newGeneration: specChanged,
  validate: validateWorkload,
  validateUpdate: validateSelectorUpdate,
  status: 'reset',
  columns: [
    nameColumn,
    numberColumn('Desired', 'desiredNumberScheduled'),
    numberColumn('Current', 'currentNumberScheduled'),
    numberColumn('Ready', 'numberReady'),
    numberColumn('Up-to-date', 'updatedNumberScheduled'),
    numberColumn('Available', 'numberAvailable'),
    { name: 'Node Selector', cell: (daemonSet) => formatLabels(workloadSpecOf(daemonSet).template?.spec?.nodeSelector) || '<none>' },
    ageColumn,
    ...templateColumns,
  ],
};

/** A template that a DaemonSet had, kept for `kubectl rollout undo` (pkg/registry/apps/controllerrevision). */
export const controllerRevisionRules: KindRules = {
  validateUpdate: (revision, previous) =>
    sameJson(revision['data'], previous['data']) ? [] : [invalidValue('data', 'object', 'field is immutable')],
  columns: [
    nameColumn,
    {
      name: 'Controller',
      cell: (revision) => {
        const owner = revision.metadata.ownerReferences?.find(({ controller }) => controller);
        return owner ? `${owner.kind.toLowerCase()}.apps/${owner.name}` : '<none>';
      },
    },
    { name: 'Revision', cell: (revision) => revision['revision'] as number },
    ageColumn,
  ],
};
