import type { KubeObject } from '@svclab/kube-api';
import { cloneJson } from '@svclab/sim';
import { combined, failure, serverError, type KubectlError } from '../errors.js';
import { bool, pending, string, type FlagSpec } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import type { TypedObject } from '../printers/output.js';
import { parseResourceArgs, select, typedObjects } from '../resources.js';
import { report } from '../report.js';
import { DRY_RUN_FLAGS, dryRunOf, OUTPUT_FLAGS, SELECTOR_FLAGS } from '../standard-flags.js';

interface Container {
  readonly name: string;
  image?: string;
  env?: { name: string; value?: string }[];
}

const SET_FLAGS: readonly FlagSpec[] = [
  bool('all', 'Select all resources in the namespace of the specified resource types'),
  ...pending('bool', 'local', 'recursive', 'record'),
  ...pending('strings', 'filename'),
  ...SELECTOR_FLAGS,
  ...DRY_RUN_FLAGS,
  ...OUTPUT_FLAGS,
];

const image: Verb = {
  name: 'image',
  summary: 'Update the image of a pod template',
  usage: '(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N',
  flags: SET_FLAGS,
  run(call) {
    const { targets, changes } = argumentsOf(call);
    if (changes.length === 0) throw failure('at least one image update is required');
    return changeEach(call, targets, 'image updated', (containers) => {
      for (const [name, value] of changes.map(pair)) {
        const wanted = containers.filter((container) => name === '*' || container.name === name);
        if (wanted.length === 0) throw failure(`unable to find container named "${name}"`);
        for (const container of wanted) container.image = value;
      }
    });
  },
};

const env: Verb = {
  name: 'env',
  summary: 'Update environment variables on a pod template',
  usage: 'RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N',
  flags: [
    string('containers', 'The names of containers in the selected pod templates to change.', 'c'),
    ...pending('bool', 'list', 'overwrite', 'resolve'),
    ...pending('string', 'from', 'prefix', 'env', 'keys'),
    ...SET_FLAGS,
  ],
  run(call) {
    const { targets, changes } = argumentsOf(call);
    if (changes.length === 0) throw failure('at least one environment variable must be provided');
    const only = call.flags.string('containers') ?? '*';
    return changeEach(call, targets, 'env updated', (containers) => {
      for (const container of containers.filter(({ name }) => only === '*' || name === only)) {
        for (const change of changes) setVariable(container, change);
      }
    });
  },
};

export const set: Verb = {
  name: 'set',
  summary: 'Set specific features on objects',
  subcommands: [env, image],
  run(call) {
    const [name] = call.args;
    throw failure(name ? `kubectl set ${name} is not simulated yet` : 'one of the subcommands env and image is required');
  },
};

/** `NAME=value` sets a variable, `NAME-` takes it away. */
function setVariable(container: Container, change: string): void {
  const removes = !change.includes('=');
  const [name, value] = removes ? [change.slice(0, -1), ''] : pair(change);
  const others = (container.env ?? []).filter((variable) => variable.name !== name);
  container.env = removes ? others : [...others, { name, value }];
  if (container.env.length === 0) delete container.env;
}

const isChange = (arg: string): boolean => arg.includes('=') || /^[^/]+-$/.test(arg);

function pair(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function argumentsOf(call: Invocation): { readonly targets: readonly TypedObject[]; readonly changes: readonly string[] } {
  const { flags } = call;
  const requests = parseResourceArgs(
    call,
    call.args.filter((arg) => !isChange(arg)),
  );
  if (requests.length === 0) throw failure('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  if (requests.some(({ name }) => name === undefined) && !flags.bool('all') && !flags.has('selector'))
    throw failure('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  const selection = select(call, requests, { labelSelector: flags.string('selector') });
  if (selection.errors[0]) throw selection.errors[0];
  return { targets: typedObjects(selection), changes: call.args.filter(isChange) };
}

/** Changes the containers of each object that has a pod template. One that is then the same as before is not spoken of. */
function changeEach(call: Invocation, targets: readonly TypedObject[], done: string, change: (containers: Container[]) => void): number {
  const dryRun = dryRunOf(call.flags);
  const errors: KubectlError[] = [];
  for (const { resource, object } of targets) {
    const changed: KubeObject = cloneJson(object as KubeObject);
    const podSpec = (changed.kind === 'Pod' ? changed.spec : changed.spec?.['template']?.spec) as Record<string, Container[]> | undefined;
    if (!podSpec?.['containers']) throw failure(`the object is not a pod or does not have a pod template: ${object.kind}`);
    change([...podSpec['containers'], ...(podSpec['initContainers'] ?? [])]);
    const result =
      dryRun === 'client' ? { ok: true as const, value: changed } : call.api.update(resource, changed, { dryRun: dryRun === 'server' });
    if (!result.ok) {
      errors.push(serverError(result.error));
      continue;
    }
    const same = dryRun === 'none' && result.value.metadata.resourceVersion === object.metadata.resourceVersion;
    if (!same) report(call, { resource, object: result.value }, done, dryRun);
  }
  const error = combined(errors);
  if (error) throw error;
  return 0;
}
