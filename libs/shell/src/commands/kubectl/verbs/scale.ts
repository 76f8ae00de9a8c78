import { scaleOf, withReplicas, type KubeObject } from '@svclab/kube-api';
import { failure, serverError } from '../errors.js';
import { bool, int, pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { parseResourceArgs, select, typedObjects } from '../resources.js';
import { report } from '../report.js';
import { DRY_RUN_FLAGS, dryRunOf, OUTPUT_FLAGS, SELECTOR_FLAGS } from '../standard-flags.js';

export const scale: Verb = {
  name: 'scale',
  summary: 'Set a new size for a deployment, replica set, or replication controller',
  usage: '[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)',
  flags: [
    int('replicas', 'The new desired number of replicas. Required.'),
    int(
      'current-replicas',
      'Precondition for current size. Requires that the current size of the resource match this value in order to scale.',
    ),
    string(
      'resource-version',
      'Precondition for resource version. Requires that the current resource version match this value in order to scale.',
    ),
    bool('all', 'Select all resources in the namespace of the specified resource types'),
    ...pending('string', 'timeout'),
    ...pending('strings', 'filename'),
    ...SELECTOR_FLAGS,
    ...DRY_RUN_FLAGS,
    ...OUTPUT_FLAGS,
  ],
  run(call) {
    const { flags } = call;
    const replicas = flags.int('replicas') ?? -1;
    if (replicas < 0) throw failure('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
    const requests = parseResourceArgs(call, call.args);
    if (requests.length === 0) throw failure('must specify one of -f and -k');
    if (requests.some(({ name }) => name === undefined) && !flags.bool('all') && !flags.has('selector'))
      throw failure('resource(s) were provided, but no name was specified');
    const selection = select(call, requests, { labelSelector: flags.string('selector') });
    const targets = typedObjects(selection);
    for (const { resource, object } of targets) {
      const dryRun = dryRunOf(flags);
      const scaled = dryRun === 'client' ? object : scaledObject(call, object, replicas);
      report(call, { resource, object: scaled }, 'scaled', dryRun);
    }
    if (selection.errors[0]) throw selection.errors[0];
    if (targets.length === 0) throw failure('no objects passed to scale');
    return 0;
  },
};

function scaledObject(call: Invocation, object: Readonly<KubeObject>, replicas: number): Readonly<KubeObject> {
  const current = scaleOf(object);
  if (!current.ok) throw serverError({ ...current.error, reason: 'NotFound', message: 'the server could not find the requested resource' });
  const expected = call.flags.int('current-replicas') ?? -1;
  const size = current.value.spec!['replicas'] as number;
  if (expected >= 0 && expected !== size) throw failure(`Expected replicas to be ${expected}, was ${size}`);
  const version = call.flags.string('resource-version');
  if (version && version !== object.metadata.resourceVersion)
    throw failure(`Expected resource version to be ${version}, was ${object.metadata.resourceVersion}`);
  const changed = withReplicas(object, { ...current.value, spec: { replicas } });
  if (!changed.ok) throw serverError(changed.error);
  const result = call.api.update(object.kind === 'Deployment' ? 'deployments' : 'replicasets', changed.value, {
    dryRun: dryRunOf(call.flags) === 'server',
  });
  if (!result.ok) throw serverError(result.error);
  return result.value;
}
