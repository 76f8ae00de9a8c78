import type { KubeObject } from '@svclab/kube-api';
import { createObject } from '../creation.js';
import { failure } from '../errors.js';
import { bool, pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { getObject, parseResourceArgs } from '../resources.js';
import { DRY_RUN_FLAGS, OUTPUT_FLAGS } from '../standard-flags.js';

interface Port {
  readonly port: number;
  readonly protocol: string;
}

export const expose: Verb = {
  name: 'expose',
  summary: 'Take a service, deployment or pod and expose it as a new Kubernetes service',
  usage: '(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--type=type]',
  flags: [
    string('name', 'The name for the newly created object.'),
    string('port', 'The port that the service should serve on.'),
    string('target-port', 'Name or number for the port on the container that the service should direct traffic to.'),
    string('protocol', "The network protocol for the service to be created. Default is 'TCP'."),
    string('type', 'Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName.'),
    string('selector', 'A label selector to use for this service.'),
    string('labels', 'Labels to apply to the service created by this call.', 'l'),
    string('cluster-ip', "ClusterIP to be assigned to the service, or 'None' to create a headless service."),
    string('external-ip', 'Additional external IP address (not managed by Kubernetes) to accept for the service.'),
    string('session-affinity', "If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'"),
    bool('save-config', 'If true, the configuration of current object will be saved in its annotation'),
    ...pending('strings', 'filename'),
    ...pending('string', 'overrides', 'override-type', 'load-balancer-ip', 'field-manager'),
    ...DRY_RUN_FLAGS,
    ...OUTPUT_FLAGS,
  ],
  run(call) {
    const requests = parseResourceArgs(call, call.args);
    if (requests.length === 0) throw failure('must specify one of -f and -k');
    for (const { resource, name } of requests) {
      if (name === undefined) throw failure('resource(s) were provided, but no name was specified');
      if (!EXPOSABLE.has(resource.kind)) throw failure(`cannot expose a ${resource.kind}`);
      createObject(call, serviceFor(call, getObject(call, resource, name)), undefined, 'exposed');
    }
    return 0;
  },
};

const EXPOSABLE = new Set(['Pod', 'Service', 'Deployment', 'ReplicaSet']);

function serviceFor(call: Invocation, object: Readonly<KubeObject>): Parameters<typeof createObject>[1] {
  const { flags } = call;
  const selector = flags.has('selector') ? labelsOf(flags.string('selector')!) : selectorOf(object);
  const labels = flags.has('labels') ? labelsOf(flags.string('labels')!) : object.metadata.labels;
  const clusterIP = flags.string('cluster-ip');
  const ports = portsOf(call, object);
  if (ports.length === 0 && clusterIP !== 'None') throw failure("couldn't find port via --port flag or introspection");
  const affinity = flags.string('session-affinity');
  if (affinity && affinity !== 'None' && affinity !== 'ClientIP') throw failure(`unknown session affinity: ${affinity}`);
  const target = flags.string('target-port');
  const targetPort = target === undefined ? undefined : /^\d+$/.test(target) ? Number(target) : target;
  const externalIP = flags.string('external-ip');
  const type = flags.string('type');
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: flags.string('name') ?? object.metadata.name.slice(0, 63), ...(labels && { labels }) },
    spec: {
      ...(clusterIP && { clusterIP }),
      ...(externalIP && { externalIPs: [externalIP] }),
      ports: ports.map(({ port, protocol }, index) => ({
        ...(ports.length > 1 && { name: `port-${index + 1}` }),
        port,
        protocol,
        targetPort: targetPort ?? port,
      })),
      selector,
      ...(affinity && { sessionAffinity: affinity }),
      ...(type && { type }),
    },
  };
}

function selectorOf(object: Readonly<KubeObject>): Record<string, string> {
  const selector = (
    object.kind === 'Pod' ? object.metadata.labels : (object.spec?.['selector']?.matchLabels ?? object.spec?.['selector'])
  ) as Record<string, string> | undefined;
  if (selector && Object.keys(selector).length > 0) return selector;
  const why =
    object.kind === 'Pod'
      ? 'the pod has no labels and cannot be exposed'
      : `invalid ${object.kind.toLowerCase()} "${object.metadata.name}", no selector`;
  throw failure(`couldn't retrieve selectors via --selector flag or introspection: ${why}`);
}

function labelsOf(spec: string): Record<string, string> {
  return Object.fromEntries(
    spec.split(',').map((pair) => {
      const [key, value, ...rest] = pair.split('=');
      if (value === undefined || rest.length > 0) throw failure(`unexpected label spec: ${pair}`);
      if (key === '') throw failure('unexpected empty label key');
      return [key!, value];
    }),
  );
}

/** From `--port`, else every port that the exposed object declares. */
function portsOf(call: Invocation, object: Readonly<KubeObject>): Port[] {
  const wanted = call.flags.string('protocol');
  const declared = declaredPorts(object);
  const given = call.flags.string('port');
  if (given === undefined) return declared.map(({ port, protocol }) => ({ port, protocol: wanted ?? protocol }));
  return given.split(',').map((text) => {
    if (!/^\d+$/.test(text)) throw failure(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
    const port = Number(text);
    return { port, protocol: wanted ?? declared.find((candidate) => candidate.port === port)?.protocol ?? 'TCP' };
  });
}

function declaredPorts(object: Readonly<KubeObject>): Port[] {
  if (object.kind === 'Service') return ((object.spec?.['ports'] ?? []) as Port[]).map(({ port, protocol }) => ({ port, protocol }));
  const podSpec = (object.kind === 'Pod' ? object.spec : object.spec?.['template']?.spec) as Record<string, any> | undefined;
  const containers = (podSpec?.['containers'] ?? []) as { ports?: { containerPort: number; protocol?: string }[] }[];
  return containers.flatMap(({ ports = [] }) => ports.map(({ containerPort, protocol = 'TCP' }) => ({ port: containerPort, protocol })));
}
