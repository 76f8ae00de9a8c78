import { createObject } from '../creation.js';
import { failure, usageError } from '../errors.js';
import { bool, pending, string, strings } from '../flags.js';
import type { Verb } from '../invocation.js';
import { DRY_RUN_FLAGS, OUTPUT_FLAGS } from '../standard-flags.js';

export const run: Verb = {
  name: 'run',
  summary: 'Run a particular image on the cluster',
  usage: 'NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--command] -- [COMMAND] [args...]',
  flags: [
    string('image', 'The image for the container to run.'),
    string('image-pull-policy', 'The image pull policy for the container.'),
    string('port', 'The port that this container exposes.'),
    strings('env', 'Environment variables to set in the container.'),
    strings('labels', 'Comma separated labels to apply to the pod.', 'l'),
    strings('annotations', 'Annotations to apply to the pod.'),
    string('restart', 'The restart policy for this Pod.  Legal values [Always, OnFailure, Never].'),
    bool('command', "If true and extra arguments are present, use them as the 'command' field in the container"),
    bool('save-config', 'If true, the configuration of current object will be saved in its annotation'),
    { ...pending('bool', 'stdin')[0]!, shorthand: 'i' },
    { ...pending('bool', 'tty')[0]!, shorthand: 't' },
    ...pending('bool', 'attach', 'rm', 'expose', 'privileged', 'quiet', 'leave-stdin-open'),
    ...pending('string', 'overrides', 'override-type', 'pod-running-timeout', 'field-manager'),
    ...DRY_RUN_FLAGS,
    ...OUTPUT_FLAGS,
  ],
  run(call) {
    const { flags } = call;
    const [name, ...words] = call.args;
    if (name === undefined || call.dashAt === 0) throw usageError(call.path, 'NAME is required for run');
    const image = flags.string('image');
    if (!image) throw failure('--image is required');
    if (!/^[a-z0-9]+([._:/@-]+[A-Za-z0-9_]+)*$/.test(image)) throw failure(`Invalid image name "${image}": invalid reference format`);
    const restartPolicy = flags.string('restart') ?? 'Always';
    if (!['Always', 'OnFailure', 'Never'].includes(restartPolicy)) throw failure(`invalid restart policy: ${restartPolicy}`);
    const labels = flags.has('labels') ? pairs(flags.strings('labels'), 'label') : { run: name };
    const annotations = pairs(flags.all('annotations'), 'annotation');
    const port = flags.string('port');
    const imagePullPolicy = flags.string('image-pull-policy');
    const env = Object.entries(pairs(flags.all('env'), 'env')).map(([key, value]) => ({ name: key, value }));
    const container = {
      ...(words.length > 0 && { [flags.bool('command') ? 'command' : 'args']: words }),
      ...(env.length > 0 && { env }),
      image,
      ...(imagePullPolicy && { imagePullPolicy }),
      name,
      ...(port && { ports: [{ containerPort: Number(port) }] }),
      resources: {},
    };
    return createObject(call, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels, ...(Object.keys(annotations).length > 0 && { annotations }) },
      spec: { containers: [container], dnsPolicy: 'ClusterFirst', restartPolicy },
    });
  },
};

function pairs(specs: readonly string[], what: string): Record<string, string> {
  return Object.fromEntries(
    specs.map((spec) => {
      const equals = spec.indexOf('=');
      if (equals <= 0) throw failure(what === 'env' ? `invalid env: ${spec}` : `unexpected ${what} spec: ${spec}`);
      return [spec.slice(0, equals), spec.slice(equals + 1)];
    }),
  );
}
