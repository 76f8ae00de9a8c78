import { err, ok, type Result } from '@svclab/sim';
import { kindRules } from '../kinds/index.js';
import { badRequest } from '../status.js';
import type { KubeObject, ListOptions, ResourceInfo, Status } from '../types.js';
import { parseFieldSelector } from './fields.js';
import { parseLabelSelector } from './labels.js';

/** Which objects of a resource a list or watch with these selectors is about; a selector that cannot be read is a BadRequest. */
export function objectMatcher(
  resource: ResourceInfo,
  { namespace, labelSelector, fieldSelector }: ListOptions,
): Result<(object: Readonly<KubeObject>) => boolean, Status> {
  const labels = parseLabelSelector(labelSelector ?? '');
  if (!labels.ok) return err(badRequest(labels.error));
  const fields = parseFieldSelector(fieldSelector ?? '', kindRules(resource.kind).selectableFields ?? {});
  if (!fields.ok) return err(badRequest(fields.error));
  const place = resource.namespaced ? namespace : undefined;
  return ok(
    (object) =>
      (place === undefined || object.metadata.namespace === place) && labels.value(object.metadata.labels) && fields.value(object),
  );
}
