import { sameJson } from '../json.js';
import { type FieldError, invalidValue, required } from '../field-error.js';
import { formatLabels, matchesLabels } from '../selectors/labels.js';
import type { KubeObject } from '../types.js';
import { ageColumn, nameColumn, templateContainers } from './columns.js';
import type { KindRules } from './kind.js';
import { applyPodSpecDefaults } from './pod/defaults.js';
import type { PodSpec } from './pod/fields.js';
import { validatePodSpec } from './pod/validation.js';

interface ReplicationControllerSpec {
  replicas?: number;
  selector?: Record<string, string>;
  template?: { metadata?: { labels?: Record<string, string> }; spec?: PodSpec };
}

const specOf = (object: Readonly<KubeObject>): ReplicationControllerSpec => (object.spec ?? {}) as ReplicationControllerSpec;
const statusNumber = (object: Readonly<KubeObject>, field: string): number => (object.status?.[field] as number | undefined) ?? 0;

/** The forerunner of ReplicaSets, which clients still list. */
// Simplification: a ReplicationController is kept and starts no pods; Deployments and ReplicaSets do.
export const replicationControllerRules: KindRules = {
  applyDefaults: (controller) => {
    const spec = specOf(controller);
    spec.replicas ??= 1;
    const labels = spec.template?.metadata?.labels;
    if (labels && !spec.selector) spec.selector = { ...labels };
    if (labels && !controller.metadata.labels) controller.metadata.labels = { ...labels };
    if (spec.template?.spec) applyPodSpecDefaults(spec.template.spec);
  },
  prepareForCreate: (controller) => {
    controller.status = { replicas: 0 };
  },
  newGeneration: (controller, previous) => !sameJson(controller.spec, previous.spec),
  validate: (controller) => {
    const { replicas = 0, selector, template } = specOf(controller);
    const errors: FieldError[] = [];
    if (replicas < 0) errors.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
    if (!selector || Object.keys(selector).length === 0) errors.push(required('spec.selector'));
    if (!template) return [...errors, required('spec.template')];
    if (selector && !matchesLabels(selector, template.metadata?.labels))
      errors.push(invalidValue('spec.template.metadata.labels', template.metadata?.labels, '`selector` does not match template `labels`'));
    return [...errors, ...validatePodSpec(template.spec ?? {}, 'spec.template.spec')];
  },
  warnings: () => ['ReplicationControllers start no pods in this simulated cluster: use a Deployment'],
  status: 'reset',
  columns: [
    nameColumn,
    { name: 'Desired', cell: (controller) => specOf(controller).replicas ?? 0 },
    { name: 'Current', cell: (controller) => statusNumber(controller, 'replicas') },
    { name: 'Ready', cell: (controller) => statusNumber(controller, 'readyReplicas') },
    ageColumn,
    ...templateContainers,
    { name: 'Selector', wide: true, cell: (controller) => formatLabels(specOf(controller).selector) || '<none>' },
  ],
};
