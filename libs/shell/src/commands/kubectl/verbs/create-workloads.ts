import { createObject } from '../creation.js';
import { failure, usageError } from '../errors.js';
import { int, pending, string, strings, type FlagSpec } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';

/** `kubectl create deployment` and `kubectl create job`; `common`: the flags of every `create`. */
export function workloadVerbs(common: readonly FlagSpec[]): readonly Verb[] {
  return [
    {
      name: 'deployment',
      aliases: ['deploy'],
      summary: 'Create a deployment with the specified name',
      usage: 'NAME --image=image -- [COMMAND] [args...]',
      flags: [
        strings('image', 'Image names to run. A deployment can have multiple images set for multi-container pod.'),
        int('replicas', 'Number of replicas to create. Default is 1.', 'r'),
        int('port', 'The containerPort that this deployment exposes.'),
        ...common,
      ],
      run: createDeployment,
    },
    {
      name: 'job',
      summary: 'Create a job with the specified name',
      usage: 'NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]',
      flags: [string('image', 'Image name to run.'), ...pending('string', 'from'), ...common],
      run: createJob,
    },
  ];
}

function createDeployment(call: Invocation): number {
  const { flags } = call;
  const { name, command } = nameAndCommand(call);
  const images = flags.strings('image');
  if (images.length === 0) throw failure('required flag(s) "image" not set');
  if (images.length > 1 && command.length > 0) throw failure('cannot specify multiple --image options and command');
  const replicas = flags.int('replicas') ?? 1;
  if (replicas < 0) throw failure(`invalid deployment replicas: ${replicas}`);
  const port = flags.int('port');
  const labels = { app: name };
  const containers = images.map((image, i) => ({
    ...(command.length > 0 && { command }),
    image,
    name: containerName(image, images.slice(0, i)),
    ...(port !== undefined && { ports: [{ containerPort: port }] }),
    resources: {},
  }));
  const template = { metadata: { creationTimestamp: null, labels }, spec: { containers } };
  const spec = { replicas, selector: { matchLabels: labels }, strategy: {}, template };
  return createObject(call, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels }, spec }, 'failed to create deployment');
}

function createJob(call: Invocation): number {
  const { name, command } = nameAndCommand(call);
  const image = call.flags.string('image');
  if (!image) throw failure('either --image or --from must be specified');
  const container = { ...(command.length > 0 && { command }), image, name, resources: {} };
  const template = { metadata: { creationTimestamp: null }, spec: { containers: [container], restartPolicy: 'Never' } };
  return createObject(call, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template } }, 'failed to create job');
}

function nameAndCommand(call: Invocation): { readonly name: string; readonly command: readonly string[] } {
  const names = call.dashAt < 0 ? call.args : call.args.slice(0, call.dashAt);
  if (names.length !== 1) throw usageError(call.path, `exactly one NAME is required, got ${names.length}`);
  return { name: names[0]!, command: call.dashAt < 0 ? [] : call.args.slice(call.dashAt) };
}

/** `traefik/whoami:v1` → `whoami`; a second container of one image is numbered. Upstream gives it five random letters. */
function containerName(image: string, earlier: readonly string[]): string {
  const baseName = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1).replace(/[:@].*$/, '');
  const same = earlier.filter((other) => baseName(other) === baseName(image)).length;
  const name = baseName(image)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-');
  return same === 0 ? name : `${name}-${same + 1}`;
}
