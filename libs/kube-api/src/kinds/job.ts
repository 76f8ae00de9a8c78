import { invalidStruct, invalidValue, notSupported, required, type FieldError } from '../field-error.js';
import { humanDuration } from '../human-duration.js';
import { parseTime } from '../identity.js';
import { sameJson } from '../json.js';
import type { LabelSelector } from '../selectors/labels.js';
import type { KubeObject } from '../types.js';
import { ageColumn, nameColumn, templateColumns } from './columns.js';
import type { KindRules } from './kind.js';
import { applyPodSpecDefaults } from './pod/defaults.js';
import type { PodSpec } from './pod/fields.js';
import { validatePodSpec } from './pod/validation.js';

interface JobSpec {
  parallelism?: number;
  completions?: number;
  backoffLimit?: number;
  selector?: LabelSelector;
  manualSelector?: boolean;
  template?: { metadata?: { labels?: Record<string, string> }; spec?: PodSpec };
  completionMode?: string;
  suspend?: boolean;
  podReplacementPolicy?: string;
}

const specOf = (job: Readonly<KubeObject>): JobSpec => (job.spec ?? {}) as JobSpec;

const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
const JOB_NAME = 'batch.kubernetes.io/job-name';

/** pkg/apis/batch/v1/defaults.go, pkg/registry/batch/job/strategy.go, pkg/apis/batch/validation */
export const jobRules: KindRules = {
  applyDefaults: (job) => {
    const spec = specOf(job);
    if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= 6;
    spec.completionMode ??= 'NonIndexed';
    spec.suspend ??= false;
    spec.podReplacementPolicy ??= 'TerminatingOrFailed';
    spec.manualSelector ??= false;
    if (spec.template?.spec) applyPodSpecDefaults(spec.template.spec);
    const templateLabels = spec.template?.metadata?.labels;
    if (!job.metadata.labels && templateLabels) job.metadata.labels = { ...templateLabels };
  },
  prepareForCreate: generateSelector,
  newGeneration: (job, previous) => !sameJson(job.spec, previous.spec),
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  status: 'reset',
  selectableFields: { 'status.successful': (job) => (job.status?.['succeeded'] as number | undefined) ?? 0 },
  columns: [
    nameColumn,
    { name: 'Status', cell: statusCell },
    { name: 'Completions', cell: completionsCell },
    { name: 'Duration', cell: durationCell },
    ageColumn,
    ...templateColumns,
  ],
};

/** A job finds its pods by its own uid, so that no two ever meet (`generateSelector`). */
function generateSelector(job: KubeObject): void {
  const spec = specOf(job);
  if (spec.manualSelector || !spec.template) return;
  const { uid, name } = job.metadata;
  const metadata = (spec.template.metadata ??= {});
  metadata.labels = { ...metadata.labels, [CONTROLLER_UID]: uid, [JOB_NAME]: name, 'controller-uid': uid, 'job-name': name };
  spec.selector ??= { matchLabels: { [CONTROLLER_UID]: uid } };
}

function validateJob(job: Readonly<KubeObject>): FieldError[] {
  const spec = specOf(job);
  const errors: FieldError[] = [];
  for (const field of ['parallelism', 'completions', 'backoffLimit'] as const) {
    const value = spec[field];
    if (value !== undefined && value < 0) errors.push(invalidValue(`spec.${field}`, value, 'must be greater than or equal to 0'));
  }
  if (spec.completionMode !== 'NonIndexed' && spec.completionMode !== 'Indexed')
    errors.push(notSupported('spec.completionMode', spec.completionMode, ['NonIndexed', 'Indexed']));
  errors.push(...validatePodSpec(spec.template?.spec ?? {}, 'spec.template.spec'));
  const policy = spec.template?.spec?.restartPolicy;
  if (policy === 'Always') errors.push(required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"'));
  return errors;
}

// Simplification: the message about a changed template shows Go's name of the type, not the whole template as Go prints it.
function validateJobUpdate(job: Readonly<KubeObject>, previous: Readonly<KubeObject>): FieldError[] {
  const [spec, before] = [specOf(job), specOf(previous)];
  const errors: FieldError[] = [];
  if (spec.completions !== before.completions)
    errors.push(invalidValue('spec.completions', spec.completions ?? null, 'field is immutable'));
  if (!sameJson(spec.selector, before.selector)) errors.push(invalidStruct('spec.selector', 'v1.LabelSelector{}', 'field is immutable'));
  if (!sameJson(spec.template, before.template))
    errors.push(invalidStruct('spec.template', 'core.PodTemplateSpec{}', 'field is immutable'));
  return errors;
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

function statusCell(job: Readonly<KubeObject>): string {
  const conditions = (job.status?.['conditions'] ?? []) as readonly Condition[];
  const has = (type: string): boolean => conditions.some((condition) => condition.type === type && condition.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (has(type)) return type;
  return 'Running';
}

function completionsCell(job: Readonly<KubeObject>): string {
  const { completions, parallelism = 0 } = specOf(job);
  const succeeded = (job.status?.['succeeded'] as number | undefined) ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationCell({ status }: Readonly<KubeObject>, nowUs: number): string {
  const startUs = parseTime((status?.['startTime'] as string | undefined) ?? '');
  if (startUs === undefined) return '';
  const endUs = parseTime((status?.['completionTime'] as string | undefined) ?? '') ?? nowUs;
  return humanDuration((endUs - startUs) / 1_000_000);
}
