import type { KubeObject, ResourceInfo } from '@svclab/kube-api';
import { combined, failure, serverError, type KubectlError } from '../errors.js';
import { bool, int, pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { readManifests } from '../manifests/manifests.js';
import type { TypedObject } from '../printers/output.js';
import { qualifiedKindName, qualifiedName } from '../printers/table.js';
import { parseResourceArgs, select, typedObjects } from '../resources.js';
import { DRY_RUN_FLAGS, dryRunOf, FILE_FLAGS, SELECTOR_FLAGS } from '../standard-flags.js';

const POLL_US = 1_000_000;

export const deleteVerb: Verb = {
  name: 'delete',
  summary: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
  usage: '([-f FILENAME] | TYPE [(NAME | -l label | --all)])',
  flags: [
    bool('all', 'Delete all resources, in the namespace of the specified resource types'),
    bool('all-namespaces', 'Delete across all namespaces', 'A'),
    string('cascade', 'Must be "background", "orphan", or "foreground"', undefined, 'background'),
    string('field-selector', 'Selector (field query) to filter on'),
    bool('force', 'If true, immediately remove resources from API and bypass graceful deletion'),
    int('grace-period', 'Period of time in seconds given to the resource to terminate gracefully'),
    bool('ignore-not-found', 'Treat "resource not found" as a successful delete'),
    bool('now', 'If true, resources are signaled for immediate shutdown'),
    string('output', 'Output mode. Use "-o name" for shorter output (resource/name)', 'o'),
    bool('wait', 'If true, wait for resources to be gone before returning'),
    ...pending('bool', 'interactive'),
    ...pending('string', 'raw', 'timeout'),
    ...SELECTOR_FLAGS,
    ...FILE_FLAGS,
    ...DRY_RUN_FLAGS,
  ],
  async run(call) {
    const gracePeriodSeconds = gracePeriodOf(call);
    const { objects, errors } = targetsOf(call);
    const dryRun = dryRunOf(call.flags);
    const gone: TypedObject[] = [];
    const failures: KubectlError[] = [...errors];
    for (const target of objects) {
      const { resource, object } = target;
      const result = call.api.delete(resource, object.metadata.namespace ?? '', object.metadata.name, {
        gracePeriodSeconds,
        propagationPolicy: propagationPolicyOf(call),
        dryRun: dryRun !== 'none',
      });
      if (!result.ok) {
        failures.push(serverError(result.error));
        continue;
      }
      call.out(deletedLine(call, resource, object, dryRun));
      if (dryRun === 'none') gone.push(target);
    }
    if (objects.length === 0 && failures.length === 0) call.out('No resources found\n');
    if (call.flags.bool('wait', true)) for (const target of gone) await untilGone(call, target);
    const error = combined(failures);
    if (error) throw error;
    return 0;
  },
};

function gracePeriodOf(call: Invocation): number | undefined {
  const { flags } = call;
  let seconds = flags.int('grace-period');
  if (seconds !== undefined && seconds < 0) seconds = undefined;
  if (flags.bool('now')) {
    if (seconds !== undefined) throw failure('--now and --grace-period cannot be specified together');
    seconds = 1;
  }
  if (flags.bool('force')) {
    if (seconds !== undefined && seconds > 0) throw failure('--force and --grace-period greater than 0 cannot be specified together');
    call.err(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. ' +
        'The resource may continue to run on the cluster indefinitely.\n',
    );
    return 0;
  }
  // Zero without --force still waits: kubectl asks for one second then.
  return seconds === 0 ? 1 : seconds;
}

const POLICIES: Readonly<Record<string, 'Background' | 'Foreground' | 'Orphan'>> = {
  background: 'Background',
  true: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
  false: 'Orphan',
};

function propagationPolicyOf(call: Invocation): 'Background' | 'Foreground' | 'Orphan' {
  const value = call.flags.string('cascade') ?? 'background';
  const policy = POLICIES[value];
  if (!policy) throw failure(`invalid cascade value (${value}). Must be "background", "foreground", or "orphan"`);
  return policy;
}

function targetsOf(call: Invocation): { objects: readonly TypedObject[]; errors: readonly KubectlError[] } {
  const { flags } = call;
  const ignoreNotFound = flags.bool('ignore-not-found');
  const files = flags.strings('filename');
  if (files.length > 0) {
    if (call.args.length > 0)
      throw failure('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well');
    const reading = readManifests(call.command, call.api.resources, files, { recursive: flags.bool('recursive'), validate: false });
    const requests = reading.manifests.map(({ resource, object }) => ({
      resource,
      name: object.metadata.name,
      namespace: object.metadata.namespace,
    }));
    const selections = requests.map((request) =>
      select(request.namespace ? { ...call, namespace: request.namespace } : call, [request], { ignoreNotFound }),
    );
    return { objects: selections.flatMap(typedObjects), errors: [...reading.errors, ...selections.flatMap(({ errors }) => errors)] };
  }
  if (call.args.length === 0) throw failure(NO_TARGET);
  const requests = parseResourceArgs(call, call.args);
  const all = flags.bool('all');
  const selector = flags.string('selector');
  if (all && selector) throw failure('cannot set --all and --selector at the same time');
  if (requests.some(({ name }) => name === undefined) && !all && !selector && !flags.string('field-selector')) {
    throw failure('resource(s) were provided, but no name was specified');
  }
  const selection = select(call, requests, {
    ignoreNotFound: ignoreNotFound || all || selector !== undefined,
    labelSelector: selector,
    fieldSelector: flags.string('field-selector'),
    allNamespaces: flags.bool('all-namespaces'),
  });
  return { objects: typedObjects(selection), errors: selection.errors };
}

const NO_TARGET = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

function deletedLine(call: Invocation, resource: ResourceInfo, object: Readonly<KubeObject>, dryRun: ReturnType<typeof dryRunOf>): string {
  const { name } = object.metadata;
  const output = call.flags.string('output');
  if (output === 'name') return `${qualifiedName(resource, name)}\n`;
  if (output) throw failure(`unexpected -o output mode: ${output}. We only support '-o name'`);
  const how = call.flags.bool('force') ? 'force deleted' : 'deleted';
  const suffix = { none: '', client: ' (dry run)', server: ' (server dry run)' }[dryRun];
  return `${qualifiedKindName(resource)} "${name}" ${how}${suffix}\n`;
}

/** Waits until the object, or the one of that uid, is there no more. */
async function untilGone(call: Invocation, { resource, object }: TypedObject): Promise<void> {
  const { sim } = call.command.world;
  for (;;) {
    sim.drainWork();
    const current = call.api.get(resource, object.metadata.namespace ?? '', object.metadata.name);
    if (!current || current.metadata.uid !== object.metadata.uid) return;
    // A finalizer that nobody removes keeps the object, and kubectl waiting.
    if (current.metadata.finalizers?.length) call.command.endless();
    call.command.count('turn');
    await call.command.sleep(POLL_US);
  }
}
