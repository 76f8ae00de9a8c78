import {
  canonicalReference,
  findImage,
  imageDigest,
  ipv4On,
  isRunning,
  rfc3339Nano,
  type DockerContainer,
  type DockerNetwork,
} from '@svclab/cluster';
import { formatAddress, formatPrefix } from '@svclab/wire';
import type { CommandContext } from '../../types.js';
import { pending, string } from '../kubectl/flags.js';
import { DockerError, type Call, type Subcommand } from './cli.js';
import { renderTemplate } from './go-template.js';

const FORMAT = string('format', 'Format output using a custom template', 'f');

export const inspect: Subcommand = {
  path: 'inspect',
  usage: '[OPTIONS] NAME|ID [NAME|ID...]',
  minArgs: 1,
  flags: [FORMAT, ...pending('bool', 'size'), string('type', 'Return JSON for specified type')],
  run: (call) => print(call, (reference) => describe(call.context, reference, call.flags.string('type')), 'No such object'),
};

export const networkInspect: Subcommand = {
  path: 'network inspect',
  usage: '[OPTIONS] NETWORK [NETWORK...]',
  minArgs: 1,
  flags: [FORMAT, ...pending('bool', 'verbose')],
  run: (call) => print(call, (reference) => describe(call.context, reference, 'network'), 'network'),
};

/** What was found goes out as one list; then the first that was not found ends the command. */
function print({ context, flags, args }: Call, find: (reference: string) => object | undefined, missing: string): number {
  const found = args.map((reference) => ({ reference, object: find(reference) }));
  const objects = found.flatMap(({ object }) => object ?? []);
  const format = flags.string('format');
  if (format === undefined || format === 'json') context.stdout(`${JSON.stringify(objects, null, format === 'json' ? 0 : 4)}\n`);
  else context.stdout(objects.map((object) => `${renderTemplate(format, object)}\n`).join(''));
  const lost = found.find(({ object }) => object === undefined);
  if (!lost) return 0;
  if (missing === 'network') throw new DockerError(`Error response from daemon: network ${lost.reference} not found`);
  throw new DockerError(`Error: ${missing}: ${lost.reference}`);
}

function describe(context: CommandContext, reference: string, type: string | undefined): object | undefined {
  const { docker } = context.world;
  const container = type === undefined || type === 'container' ? docker.find(reference) : undefined;
  if (container) return containerView(context, container);
  const network = type === undefined || type === 'network' ? docker.findNetwork(reference) : undefined;
  return network && networkView(context, network);
}

/** Source: moby `api/types/network`, in the order in which the engine writes it. */
function networkView(context: CommandContext, network: DockerNetwork): object {
  const containers = context.world.docker.containersOn(network.name).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    Name: network.name,
    Id: network.id,
    Created: rfc3339Nano(network.createdUs),
    Scope: 'local',
    Driver: network.driver,
    EnableIPv6: network.enableIpv6,
    IPAM: {
      Driver: 'default',
      Options: network.driver === 'bridge' && network.name !== 'bridge' ? {} : null,
      Config: network.subnets.map(({ prefix, gateway }) => ({ Subnet: formatPrefix(prefix), Gateway: formatAddress(gateway) })),
    },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      containers.map((container) => {
        const { endpointId, mac, ipv4, ipv6 } = container.endpoints[network.name]!;
        const [v4, v6] = network.subnets;
        return [
          container.id,
          {
            Name: container.name,
            EndpointID: endpointId,
            MacAddress: mac,
            IPv4Address: `${formatAddress(ipv4)}/${v4!.prefix.length}`,
            IPv6Address: ipv6 && v6 ? `${formatAddress(ipv6)}/${v6.prefix.length}` : '',
          },
        ];
      }),
    ),
    Options: network.options,
    Labels: network.labels,
  };
}

/** Source: moby `api/types/container`; what nothing here has is left out. */
function containerView({ world }: CommandContext, container: DockerContainer): object {
  const running = isRunning(container);
  const [path, ...args] = container.command;
  const entrypoint = findImage(container.image)?.entrypoint ?? [];
  const ports: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { hostAddress, hostPort, containerPort, protocol } of container.ports) {
    (ports[`${containerPort}/${protocol}`] ??= []).push({ HostIp: hostAddress, HostPort: String(hostPort) });
  }
  const networks = Object.fromEntries(
    Object.keys(container.endpoints).map((name) => [name, endpointView(container, world.docker.findNetwork(name)!)]),
  );
  const bridge = container.endpoints['bridge'];
  return {
    Id: container.id,
    Created: rfc3339Nano(container.createdUs),
    Path: path,
    Args: args,
    State: {
      Status: running ? 'running' : container.exitCode === null ? 'created' : 'exited',
      Running: running,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: running ? container.pid : 0,
      ExitCode: container.exitCode ?? 0,
      Error: '',
      StartedAt: container.startedUs === null ? ZERO_TIME : rfc3339Nano(container.startedUs),
      FinishedAt: container.finishedUs === null ? ZERO_TIME : rfc3339Nano(container.finishedUs),
    },
    Image: `sha256:${imageDigest(container.image)}`,
    Name: `/${container.name}`,
    RestartCount: 0,
    Driver: 'overlay2',
    Platform: 'linux',
    HostConfig: {
      NetworkMode: Object.keys(container.endpoints)[0] ?? 'default',
      PortBindings: ports,
      AutoRemove: container.autoRemove,
      Privileged: container.netns.startsWith('node/'),
    },
    Config: {
      Hostname: container.hostname,
      Image: container.image,
      Cmd: container.command.slice(entrypoint.length),
      Entrypoint: entrypoint.length > 0 ? entrypoint : null,
      Labels: container.labels,
    },
    NetworkSettings: {
      Ports: running ? ports : {},
      Gateway: bridge ? '172.17.0.1' : '',
      IPAddress: ipv4On(container, 'bridge'),
      MacAddress: bridge?.mac ?? '',
      Networks: networks,
    },
  };
}

const ZERO_TIME = '0001-01-01T00:00:00Z';

function endpointView(container: DockerContainer, network: DockerNetwork): object {
  const { endpointId, ipv4, ipv6, mac } = container.endpoints[network.name]!;
  const [v4, v6] = network.subnets;
  return {
    IPAMConfig: {},
    Links: null,
    Aliases: network.name === 'bridge' ? null : [container.name],
    MacAddress: mac,
    DriverOpts: null,
    NetworkID: network.id,
    EndpointID: endpointId,
    Gateway: formatAddress(v4!.gateway),
    IPAddress: formatAddress(ipv4),
    IPPrefixLen: v4!.prefix.length,
    IPv6Gateway: v6 ? formatAddress(v6.gateway) : '',
    GlobalIPv6Address: ipv6 ? formatAddress(ipv6) : '',
    GlobalIPv6PrefixLen: ipv6 && v6 ? v6.prefix.length : 0,
    DNSNames: [container.name, container.id.slice(0, 12)],
  };
}

export { canonicalReference };
