import { cloneJson } from '@svclab/sim';
import { duplicate, type FieldError, forbidden, notFoundValue, required } from '../../field-error.js';
import { sameJson } from '../../json.js';
import type { KubeObject } from '../../types.js';
import { applyPodDefaults } from './defaults.js';
import { type Container, podSpecOf } from './fields.js';

type EphemeralContainer = Container & { targetContainerName?: string };

const FIELD = 'spec.ephemeralContainers';

/** The pod with nothing changed but its ephemeral containers (pkg/registry/core/pod/strategy.go `podEphemeralContainersStrategy`). */
export function withEphemeralContainers(pod: Readonly<KubeObject>, previous: Readonly<KubeObject>): KubeObject {
  const updated: KubeObject = cloneJson(previous);
  const containers = podSpecOf(pod).ephemeralContainers;
  updated.spec = { ...updated.spec, ...(containers && { ephemeralContainers: cloneJson(containers) }) };
  if (!containers) delete updated.spec['ephemeralContainers'];
  applyPodDefaults(updated);
  return updated;
}

/** They can be added, and neither changed nor removed (`ValidatePodEphemeralContainersUpdate`). */
export function validateEphemeralContainers(pod: Readonly<KubeObject>, previous: Readonly<KubeObject>): FieldError[] {
  const spec = podSpecOf(pod);
  const containers = (spec.ephemeralContainers ?? []) as EphemeralContainer[];
  const others = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name);
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  containers.forEach(({ name, image, targetContainerName }, i) => {
    const field = `${FIELD}[${i}]`;
    if (!name) errors.push(required(`${field}.name`));
    else if (seen.has(name) || others.includes(name)) errors.push(duplicate(`${field}.name`, name));
    seen.add(name);
    if (!image) errors.push(required(`${field}.image`));
    if (targetContainerName && !others.includes(targetContainerName))
      errors.push(notFoundValue(`${field}.targetContainerName`, targetContainerName));
  });
  for (const existing of podSpecOf(previous).ephemeralContainers ?? []) {
    const kept = containers.find(({ name }) => name === existing.name);
    if (!kept) errors.push(forbidden(FIELD, `existing ephemeral containers ${JSON.stringify(existing.name)} may not be removed\n`));
    else if (!sameJson(kept, existing))
      errors.push(forbidden(FIELD, `existing ephemeral containers ${JSON.stringify(existing.name)} may not be changed\n`));
  }
  return errors;
}
