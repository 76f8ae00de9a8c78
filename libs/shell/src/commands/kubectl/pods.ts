import { formatLabels, formatSelector, type KubeObject, type LabelSelector } from '@svclab/kube-api';
import { failure } from './errors.js';
import type { Invocation } from './invocation.js';
import { getObject, listObjects, parseResourceArgs, resourceNamed } from './resources.js';

interface Named {
  readonly name: string;
}

/** The pod that `POD`, `svc/web` or `deployment/web` leads to; of several, the first that is ready. */
export function podFor(call: Invocation, target: string): Readonly<KubeObject> {
  const pods = resourceNamed(call, 'pods');
  if (!target.includes('/')) return getObject(call, pods, target);
  const { resource, name } = parseResourceArgs(call, [target])[0]!;
  const object = getObject(call, resource, name!);
  if (resource.kind === 'Pod') return object;
  const selector = selectorOf(object);
  if (!selector) throw failure(`cannot attach to *${resource.kind}: selector is empty`);
  const candidates = listObjects(call, pods, { namespace: call.namespace, labelSelector: selector });
  const pod = candidates.find((candidate) => isReady(candidate)) ?? candidates[0];
  if (!pod) throw failure(`timed out waiting for the condition`);
  return pod;
}

/** From a Service's plain selector, or a workload's selector with `matchLabels`. */
function selectorOf(object: Readonly<KubeObject>): string {
  const selector = (object.spec?.['selector'] ?? {}) as Record<string, string>;
  return object.kind === 'Service' ? formatLabels(selector) : formatSelector(selector as LabelSelector);
}

const isReady = (pod: Readonly<KubeObject>): boolean =>
  ((pod.status?.['conditions'] ?? []) as { type: string; status: string }[]).some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );

/** The container that `-c` names, else the default one; which one that was is said when there is a choice. */
export function containerOf(call: Invocation, pod: Readonly<KubeObject>): string {
  const all = [...namesOf(pod, 'containers'), ...namesOf(pod, 'ephemeralContainers'), ...namesOf(pod, 'initContainers')];
  const wanted = call.flags.string('container');
  if (wanted !== undefined) {
    if (!all.includes(wanted)) throw failure(`container ${wanted} not found in pod ${pod.metadata.name}`);
    return wanted;
  }
  const annotated = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (annotated !== undefined && all.includes(annotated)) return annotated;
  const [first] = namesOf(pod, 'containers');
  if (all.length > 1 && !call.flags.bool('quiet')) call.err(`Defaulted container "${first}" out of: ${listed(pod)}\n`);
  return first!;
}

const namesOf = (pod: Readonly<KubeObject>, member: string): string[] => ((pod.spec?.[member] ?? []) as Named[]).map(({ name }) => name);

const listed = (pod: Readonly<KubeObject>): string =>
  [
    ...namesOf(pod, 'containers'),
    ...namesOf(pod, 'ephemeralContainers').map((name) => `${name} (ephem)`),
    ...namesOf(pod, 'initContainers').map((name) => `${name} (init)`),
  ].join(', ');
