import { canonicalReference, findImage, imageDigest } from '@svclab/cluster';
import { isRunning } from '@svclab/cluster';
import type { CommandContext } from '../../types.js';
import { bool, pending, string, strings } from '../kubectl/flags.js';
import { daemonError, DockerError, type Subcommand } from './cli.js';
import { environment, existingContainer, runInside } from './exec.js';

/** Docker's exit code for what went wrong before the container ran. */
const DOCKER_FAILED = 125;

export const run: Subcommand = {
  path: 'run',
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  minArgs: 1,
  stopAtArgument: true,
  flags: [
    bool('detach', 'Run container in background and print container ID', 'd'),
    bool('rm', 'Automatically remove the container and its associated anonymous volumes when it exits'),
    bool('interactive', 'Keep STDIN open even if not attached', 'i'),
    bool('tty', 'Allocate a pseudo-TTY', 't'),
    bool('privileged', 'Give extended privileges to this container'),
    string('name', 'Assign a name to the container'),
    string('network', 'Connect a container to a network'),
    string('net', 'Connect a container to a network'),
    string('ip', 'IPv4 address (e.g., 172.30.100.104)'),
    string('hostname', 'Container host name', 'h'),
    strings('env', 'Set environment variables', 'e'),
    ...pending('strings', 'publish', 'volume', 'mount', 'label', 'cap-add', 'dns', 'add-host'),
    ...pending('string', 'entrypoint', 'restart', 'workdir', 'user', 'platform', 'memory', 'cpus', 'ip6', 'pid'),
  ],
  async run({ context, flags, args }) {
    const { docker } = context.world;
    const [image, ...command] = args as [string, ...string[]];
    await pull(context, image);
    const spec = findImage(image)!;
    const network = flags.string('network') ?? flags.string('net') ?? 'bridge';
    if (docker.findNetwork(network)?.driver !== 'bridge' && docker.findNetwork(network)) {
      throw new DockerError(`docker: --network ${network} is not simulated yet.`, DOCKER_FAILED);
    }
    const ip = flags.string('ip');
    if (ip !== undefined && network === 'bridge') {
      throw refused(
        'invalid config for network bridge: invalid endpoint settings:\nuser specified IP address is supported on user defined networks only',
      );
    }
    const full = [...spec.entrypoint, ...(command.length > 0 ? command : spec.command)];
    const hostname = flags.string('hostname');
    const created = docker.create({
      name: flags.string('name') ?? randomName(context),
      image,
      command: full,
      network,
      autoRemove: flags.bool('rm'),
      role: 'client',
      ...(hostname === undefined ? {} : { hostname }),
    });
    if (!created.ok) throw refused(created.error);
    const { name, id } = created.value;
    const started = docker.start(name, network, ip);
    if (!started.ok) {
      docker.remove(name);
      throw refused(started.error);
    }
    if (flags.bool('detach')) {
      context.stdout(`${id}\n`);
      if (!staysUp(spec, full)) docker.stop(name, 0);
      return 0;
    }
    const options = { env: environment(flags.all('env')), inheritStdin: flags.bool('interactive') };
    try {
      const exitCode = await runInside(context, started.value, full, options);
      docker.stop(name, exitCode);
      return exitCode;
    } finally {
      docker.stop(name, 130);
    }
  },
};

const refused = (message: string): DockerError =>
  new DockerError(`docker: Error response from daemon: ${message.replace(/\.$/, '')}.\nSee 'docker run --help'.`, DOCKER_FAILED);

/** Whether a detached container goes on: servers and what waits for ever do, a shell without a terminal does not. */
const staysUp = (spec: { readonly stays: boolean }, command: readonly string[]): boolean =>
  spec.stays || /^(sleep infinity|tail -f )/.test(command.join(' ')) || /^sleep \d+/.test(command.join(' '));

async function pull(context: CommandContext, image: string): Promise<void> {
  const { docker } = context.world;
  if (docker.hasImage(image)) return;
  const canonical = canonicalReference(image);
  const [repository, tag] = [canonical.slice(0, canonical.lastIndexOf(':')), canonical.slice(canonical.lastIndexOf(':') + 1)];
  const shown = repository.replace(/^docker\.io\/(library\/)?/, '');
  context.stderr(`Unable to find image '${shown}:${tag}' locally\n`);
  const spec = findImage(image);
  if (!spec) {
    throw refused(
      `pull access denied for ${shown}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
    );
  }
  context.stderr(`${tag}: Pulling from ${repository.replace(/^docker\.io\//, '')}\n`);
  await context.sleep(1_000_000 + spec.sizeBytes / 20);
  docker.addImage(image);
  context.stderr(`Digest: sha256:${imageDigest(image)}\nStatus: Downloaded newer image for ${shown}:${tag}\n`);
}

/** Docker makes up names of an adjective and a scientist. */
function randomName(context: CommandContext): string {
  const random = context.world.sim.random('docker');
  const pick = (words: readonly string[]): string => words[random.below(words.length)]!;
  return `${pick(['brave', 'calm', 'eager', 'gentle', 'jolly', 'keen', 'quirky', 'serene'])}_${pick(['curie', 'hopper', 'lamport', 'liskov', 'lovelace', 'noether', 'turing', 'wilson'])}`;
}

/** How long Docker waits after SIGTERM; a bare `sleep` as process 1 does not hear it. */
const STOP_TIMEOUT_US = 10_000_000;

export const stop: Subcommand = {
  path: 'stop',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  minArgs: 1,
  flags: [
    ...pending('string', 'signal'),
    { name: 'time', shorthand: 't', type: 'int', usage: 'Seconds to wait before killing the container' },
  ],
  async run({ context, flags, args }) {
    for (const reference of args) {
      const container = existingContainer(context, reference);
      refuseNode(container.netns, 'stop');
      if (isRunning(container)) await context.sleep(Math.min(STOP_TIMEOUT_US, (flags.int('time') ?? 10) * 1_000_000));
      context.world.docker.stop(container.name, 137);
      context.stdout(`${reference}\n`);
    }
    return 0;
  },
};

export const kill: Subcommand = {
  path: 'kill',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  minArgs: 1,
  flags: pending('string', 'signal'),
  run({ context, args }) {
    for (const reference of args) {
      const container = existingContainer(context, reference);
      if (!isRunning(container)) throw daemonError(`cannot kill container: ${reference}: container ${container.id} is not running`);
      refuseNode(container.netns, 'kill');
      context.world.docker.stop(container.name, 137);
      context.stdout(`${reference}\n`);
    }
    return 0;
  },
};

export const rm: Subcommand = {
  path: 'rm',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  minArgs: 1,
  flags: [
    bool('force', 'Force the removal of a running container (uses SIGKILL)', 'f'),
    bool('volumes', 'Remove anonymous volumes', 'v'),
    ...pending('bool', 'link'),
  ],
  run({ context, flags, args }) {
    for (const reference of args) {
      const container = existingContainer(context, reference);
      refuseNode(container.netns, 'rm');
      if (isRunning(container) && !flags.bool('force')) {
        throw daemonError(
          `cannot remove container "/${container.name}": container is running: stop the container before removing or force remove`,
        );
      }
      context.world.docker.remove(container.name);
      context.stdout(`${reference}\n`);
    }
    return 0;
  },
};

// Simplification: a node's container cannot be stopped alone; `kind delete cluster` takes the cluster away.
function refuseNode(netns: string, verb: string): void {
  if (netns.startsWith('node/')) throw new DockerError(`docker ${verb} of a kind node is not simulated yet`);
}
