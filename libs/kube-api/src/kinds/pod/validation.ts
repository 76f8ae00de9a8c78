import { cloneJson } from '@svclab/sim';
import { parseAddress } from '@svclab/wire';
import { duplicate, forbidden, invalidValue, notSupported, required, type FieldError } from '../../field-error.js';
import { sameJson } from '../../json.js';
import { validateLabels } from '../../metadata.js';
import { dns1123Label, dns1123Subdomain, qualifiedName } from '../../names.js';
import type { KubeObject } from '../../types.js';
import type { KindContext } from '../kind.js';
import { validateContainers } from './container-validation.js';
import { podSpecOf, type Container, type PodSpec, type Toleration } from './fields.js';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const validatePod = (pod: Readonly<KubeObject>): FieldError[] => validatePodSpec(podSpecOf(pod), 'spec');

/** Ephemeral containers come later, through the subresource (`ValidatePodCreate`). */
export const validateNewPod = (pod: Readonly<KubeObject>): FieldError[] =>
  podSpecOf(pod).ephemeralContainers?.length ? [forbidden('spec.ephemeralContainers', 'cannot be set on create')] : [];

/** Validates a pod's spec, in pods and templates (pkg/apis/core/validation/validation.go `ValidatePodSpec`). */
export function validatePodSpec(spec: PodSpec, field: string): FieldError[] {
  const volumes = spec.volumes ?? [];
  const errors = validateVolumes(spec, `${field}.volumes`);
  const names = new Set<string>();
  if (!spec.containers?.length) errors.push(required(`${field}.containers`));
  errors.push(...validateContainers(spec.containers ?? [], `${field}.containers`, volumes, names));
  errors.push(...validateContainers(spec.initContainers ?? [], `${field}.initContainers`, volumes, names));
  if (!RESTART_POLICIES.includes(spec.restartPolicy ?? ''))
    errors.push(notSupported(`${field}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES));
  if (!DNS_POLICIES.includes(spec.dnsPolicy ?? '')) errors.push(notSupported(`${field}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES));
  if (spec.dnsPolicy === 'None' && !spec.dnsConfig?.nameservers?.length)
    errors.push(required(`${field}.dnsConfig.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
  errors.push(...validateLabels(spec.nodeSelector, `${field}.nodeSelector`));
  errors.push(...validateHostNetwork(spec, field));
  errors.push(...nameErrors(spec.serviceAccountName, `${field}.serviceAccountName`, dns1123Subdomain));
  errors.push(...nameErrors(spec.nodeName, `${field}.nodeName`, dns1123Subdomain));
  if (spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds < 1)
    errors.push(invalidValue(`${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 'must be between 1 and 2147483647, inclusive'));
  errors.push(
    ...nameErrors(spec.hostname, `${field}.hostname`, dns1123Label),
    ...nameErrors(spec.subdomain, `${field}.subdomain`, dns1123Label),
  );
  (spec.tolerations ?? []).forEach((toleration, i) => errors.push(...validateToleration(toleration, `${field}.tolerations[${i}]`)));
  (spec.hostAliases ?? []).forEach(({ ip }, i) => {
    if (parseAddress(ip) === undefined)
      errors.push(invalidValue(`${field}.hostAliases[${i}].ip`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
  });
  return errors;
}

const nameErrors = (text: string | undefined, field: string, check: (text: string) => readonly string[]): FieldError[] =>
  text ? check(text).map((complaint) => invalidValue(field, text, complaint)) : [];

function validateVolumes(spec: PodSpec, field: string): FieldError[] {
  const names = new Set<string>();
  return (spec.volumes ?? []).flatMap((volume, i) => {
    const errors: FieldError[] = [];
    if (!volume.name) errors.push(required(`${field}[${i}].name`));
    else {
      const complaints = dns1123Label(volume.name);
      for (const complaint of complaints) errors.push(invalidValue(`${field}[${i}].name`, volume.name, complaint));
      if (names.has(volume.name)) errors.push(duplicate(`${field}[${i}].name`, volume.name));
    }
    names.add(volume.name);
    const sources = Object.keys(volume).filter((key) => key !== 'name');
    for (const source of sources.slice(1)) errors.push(forbidden(`${field}[${i}].${source}`, 'may not specify more than 1 volume type'));
    if (volume['hostPath'] && !volume['hostPath'].path) errors.push(required(`${field}[${i}].hostPath.path`));
    if (volume['configMap'] && !volume['configMap'].name) errors.push(required(`${field}[${i}].configMap.name`));
    if (volume['secret'] && !volume['secret'].secretName) errors.push(required(`${field}[${i}].secret.secretName`));
    return errors;
  });
}

function validateHostNetwork(spec: PodSpec, field: string): FieldError[] {
  if (!spec.hostNetwork) return [];
  return (spec.containers ?? []).flatMap((container, i) =>
    (container.ports ?? []).flatMap((port, j) =>
      port.hostPort === port.containerPort
        ? []
        : [
            invalidValue(
              `${field}.containers[${i}].ports[${j}].hostPort`,
              port.hostPort ?? 0,
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ],
    ),
  );
}

function validateToleration({ key, operator, value, effect, tolerationSeconds }: Toleration, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (key) for (const complaint of qualifiedName(key)) errors.push(invalidValue(`${field}.key`, key, complaint));
  else if (operator !== 'Exists')
    errors.push(
      invalidValue(
        `${field}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  if (tolerationSeconds !== undefined && effect !== 'NoExecute')
    errors.push(invalidValue(`${field}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  if (operator !== undefined && !['Equal', 'Exists'].includes(operator))
    errors.push(notSupported(`${field}.operator`, operator, ['Equal', 'Exists']));
  if (operator === 'Exists' && value)
    errors.push(invalidValue(`${field}.operator`, { key, operator, value, effect }, "value must be empty when `operator` is 'Exists'"));
  if (effect !== undefined && !EFFECTS.includes(effect)) errors.push(notSupported(`${field}.effect`, effect, EFFECTS));
  return errors;
}

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];
const UPDATABLE_IN_PLACE = '`spec.containers[*].resources` (for CPU/memory only)';

/** What an update may change of a pod: nearly nothing (`ValidatePodUpdate`). */
export function validatePodUpdate(pod: Readonly<KubeObject>, previous: Readonly<KubeObject>, context: KindContext): FieldError[] {
  const spec = podSpecOf(pod);
  const before = podSpecOf(previous);
  for (const list of ['containers', 'initContainers'] as const)
    if ((spec[list]?.length ?? 0) !== (before[list]?.length ?? 0))
      return [forbidden(`spec.${list}`, 'pod updates may not add or remove containers')];
  const errors: FieldError[] = [];
  const earlier = before.tolerations ?? [];
  if (earlier.some((toleration) => !(spec.tolerations ?? []).some((kept) => sameToleration(kept, toleration))))
    errors.push(forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
  const resizable = context.config.featureGates['InPlacePodVerticalScaling'] === true;
  // Simplification: upstream adds the difference of the two specs as Go code below this sentence.
  if (!sameJson(withUpdatableFieldsOf(spec, before, resizable), before))
    errors.push(
      forbidden(
        'spec',
        `pod updates may not change fields other than ${[...UPDATABLE, ...(resizable ? [UPDATABLE_IN_PLACE] : [])].join(',')}`,
      ),
    );
  return errors;
}

/** `spec` with what may change set back to what it was, so that any difference left is a forbidden one. */
function withUpdatableFieldsOf(spec: PodSpec, before: PodSpec, resizable: boolean): PodSpec {
  const munged: PodSpec = cloneJson(spec);
  const setBack = (containers: Container[] = [], earlier: Container[] = [], resources: boolean): void =>
    containers.forEach((container, i) => {
      restore(container, earlier[i]!, 'image');
      if (resources) restore(container, earlier[i]!, 'resources');
    });
  setBack(munged.containers, before.containers, resizable);
  setBack(munged.initContainers, before.initContainers, false);
  restore(munged, before, 'activeDeadlineSeconds');
  restore(munged, before, 'tolerations');
  if ((before.terminationGracePeriodSeconds ?? 0) < 0 && munged.terminationGracePeriodSeconds === 1)
    restore(munged, before, 'terminationGracePeriodSeconds');
  return munged;
}

function restore<T extends object, K extends keyof T>(target: T, source: T, field: K): void {
  if (source[field] === undefined) delete target[field];
  else target[field] = source[field];
}

const sameToleration = (a: Toleration, b: Toleration): boolean =>
  a.key === b.key && a.operator === b.operator && a.value === b.value && a.effect === b.effect;
