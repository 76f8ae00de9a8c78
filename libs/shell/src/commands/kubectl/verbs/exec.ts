import type { KubeObject } from '@svclab/kube-api';
import type { Location } from '../../../types.js';
import { failure, KubectlError, usageError } from '../errors.js';
import { bool, pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { containerOf, podFor } from '../pods.js';

export const exec: Verb = {
  name: 'exec',
  summary: 'Execute a command in a container',
  usage: '(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]',
  flags: [
    string('container', 'Container name', 'c'),
    bool('stdin', 'Pass stdin to the container', 'i'),
    bool('tty', 'Stdin is a TTY', 't'),
    bool('quiet', 'Only print output from the remote session', 'q'),
    string('pod-running-timeout', 'The length of time to wait until at least one pod is running'),
    ...pending('string', 'filename'),
  ],
  async run(call) {
    const [target] = call.args;
    if (call.dashAt < 0 && call.args.length > 1) {
      throw usageError(call.path, 'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead');
    }
    if (target === undefined || call.dashAt === 0) throw failure('pod, type/name or --filename must be specified');
    const words = call.dashAt < 0 ? [] : call.args.slice(call.dashAt);
    if (words.length === 0) throw failure('you must specify at least one command for the container');
    const pod = podFor(call, target);
    const container = containerOf(call, pod);
    refuseUnlessRunning(pod, container);
    if (call.flags.bool('tty') && !call.command.stdinIsTerminal) {
      call.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
    }
    const at: Location = `pod/${pod.metadata.namespace!}/${pod.metadata.name}`;
    if (!call.command.installed(words[0]!, at)) throw failure(notStarted(call, words[0]!));
    const exitCode = await call.command.run(words, {
      at,
      terminal: call.flags.bool('tty'),
      inheritStdin: call.flags.bool('stdin'),
    });
    if (exitCode !== 0) throw new KubectlError(`command terminated with exit code ${exitCode}`, exitCode);
    return 0;
  },
};

/** What containerd says, through kubelet and API server, of a program that is not in the image. */
function notStarted(call: Invocation, program: string): string {
  const execId = call.command.world.sim.random('kubectl').hex(64);
  return (
    'Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: ' +
    `failed to start exec "${execId}": OCI runtime exec failed: exec failed: unable to start container process: ` +
    `exec: ${JSON.stringify(program)}: executable file not found in $PATH: unknown`
  );
}

function refuseUnlessRunning(pod: Readonly<KubeObject>, container: string): void {
  const phase = pod.status?.['phase'];
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw failure(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  }
  if (!pod.spec?.['nodeName'])
    throw new KubectlError(`Error from server (BadRequest): pod ${pod.metadata.name} does not have a host assigned`);
  const statuses = (pod.status?.['containerStatuses'] ?? []) as { name: string; state?: { running?: object } }[];
  if (!statuses.some((status) => status.name === container && status.state?.running)) {
    throw failure(`unable to upgrade connection: container not found ("${container}")`);
  }
}
