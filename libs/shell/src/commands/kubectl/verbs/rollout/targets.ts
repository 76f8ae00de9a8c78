import type { KubeObject } from '@svclab/kube-api';
import { failure } from '../../errors.js';
import { pending, type FlagSpec } from '../../flags.js';
import type { Invocation } from '../../invocation.js';
import type { TypedObject } from '../../printers/output.js';
import { parseResourceArgs, select, typedObjects } from '../../resources.js';
import { SELECTOR_FLAGS } from '../../standard-flags.js';

export const TARGET_FLAGS: readonly FlagSpec[] = [...SELECTOR_FLAGS, ...pending('strings', 'filename'), ...pending('bool', 'recursive')];

/** What a `rollout` command is about; the server's "not found" ends it. */
export function targetsOf(call: Invocation): TypedObject[] {
  const requests = parseResourceArgs(call, call.args);
  if (requests.length === 0) throw failure('required resource not specified');
  const selection = select(call, requests, { labelSelector: call.flags.string('selector') });
  if (selection.errors[0]) throw selection.errors[0];
  return typedObjects(selection);
}

/** `deployments.apps "web"`: how these commands speak of an object that they refuse. */
export const named = ({ resource, object }: TypedObject): string =>
  `${resource.plural}${resource.group && `.${resource.group}`} "${object.metadata.name}"`;

export const isOwnedBy = (object: Readonly<KubeObject>, owner: Readonly<KubeObject>): boolean =>
  object.metadata.ownerReferences?.some(({ uid, controller }) => controller === true && uid === owner.metadata.uid) === true;
