import { resolvePath } from '../../../globbing.js';
import { combined, failure, KubectlError, serverError, usageError } from '../errors.js';
import { bool, pending, string, strings, type FlagSpec } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { withLastApplied } from '../manifests/last-applied.js';
import { placed } from '../manifests/placement.js';
import { readManifests, type Manifest } from '../manifests/manifests.js';
import { createObject } from '../creation.js';
import { report } from '../report.js';
import { workloadVerbs } from './create-workloads.js';
import { DRY_RUN_FLAGS, dryRunOf, fieldValidationOf, FILE_FLAGS, OUTPUT_FLAGS, SELECTOR_FLAGS, VALIDATE_FLAGS } from '../standard-flags.js';

const CREATE_FLAGS: readonly FlagSpec[] = [
  bool('save-config', 'If true, the configuration of current object will be saved in its annotation'),
  string('field-manager', 'Name of the manager used to track field ownership.'),
  ...DRY_RUN_FLAGS,
  ...OUTPUT_FLAGS,
  ...VALIDATE_FLAGS,
];

const namespace: Verb = {
  name: 'namespace',
  aliases: ['ns'],
  summary: 'Create a namespace with the specified name',
  usage: 'NAME [--dry-run=server|client|none]',
  flags: CREATE_FLAGS,
  run(call) {
    const name = nameOf(call);
    return createObject(call, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  },
};

const configMap: Verb = {
  name: 'configmap',
  aliases: ['cm'],
  summary: 'Create a config map from a local file, directory or literal value',
  usage: 'NAME [--from-file=[key=]source] [--from-literal=key1=value1]',
  flags: [
    { name: 'from-literal', type: 'strings', usage: 'Specify a key and literal value to insert (i.e. mykey=somevalue)' },
    strings('from-file', 'Key file can be specified using its file path'),
    ...pending('strings', 'from-env-file'),
    ...pending('bool', 'append-hash'),
    ...CREATE_FLAGS,
  ],
  run(call) {
    const name = nameOf(call);
    const data: Record<string, string> = {};
    const add = (key: string, value: string): void => {
      if (Object.hasOwn(data, key))
        throw failure(`cannot add key "${key}", another key by that name already exists in Data for ConfigMap "${name}"`);
      data[key] = value;
    };
    for (const source of call.flags.strings('from-file')) add(...fileSource(call, source));
    for (const literal of call.flags.all('from-literal')) add(...literalSource(literal));
    return createObject(
      call,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...(Object.keys(data).length > 0 && { data }) },
      'failed to create configmap',
    );
  },
};

function literalSource(source: string): [key: string, value: string] {
  const equals = source.indexOf('=');
  if (equals <= 0) throw failure(`invalid literal source ${source}, expected key=value`);
  return [source.slice(0, equals), source.slice(equals + 1).replace(/^"(.*)"$|^'(.*)'$/s, '$1$2')];
}

function fileSource(call: Invocation, source: string): [key: string, value: string] {
  const [key, path] = source.includes('=') ? (source.split('=', 2) as [string, string]) : [source.split('/').at(-1)!, source];
  const text = call.command.files.read(resolvePath(call.command.cwd, path));
  if (text === undefined) throw failure(`error reading ${path}: no such file or directory`);
  return [key, text];
}

function serviceOf(kind: string, type: string, extra: readonly FlagSpec[]): Verb {
  return {
    name: kind,
    summary: `Create a ${type} service`,
    usage: 'NAME [--tcp=<port>:<targetPort>]',
    flags: [strings('tcp', 'Port pairs can be specified as <port>:<targetPort>.'), ...extra, ...CREATE_FLAGS],
    run(call) {
      const name = nameOf(call);
      const { flags } = call;
      const clusterIP = flags.string('clusterip');
      const ports = flags.strings('tcp').map((pair) => servicePort(pair, flags.int('node-port')));
      if (ports.length === 0 && clusterIP !== 'None' && type !== 'ExternalName')
        throw failure('at least one tcp port specifier must be provided');
      const externalName = flags.string('external-name');
      const object = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, labels: { app: name } },
        spec: {
          ...(clusterIP !== undefined && { clusterIP }),
          ...(externalName !== undefined && { externalName }),
          ...(ports.length > 0 && { ports }),
          selector: { app: name },
          type,
        },
      };
      return createObject(call, object, `failed to create ${type} service`);
    },
  };
}

function servicePort(pair: string, nodePort: number | undefined): object {
  const [port = '', target = port] = pair.split(':');
  if (!/^\d+$/.test(port)) throw failure(`strconv.ParseUint: parsing ${JSON.stringify(port)}: invalid syntax`);
  const targetPort = /^\d+$/.test(target) ? Number(target) : target;
  return { name: pair.replaceAll(':', '-'), ...(nodePort && { nodePort }), port: Number(port), protocol: 'TCP', targetPort };
}

const service: Verb = {
  name: 'service',
  aliases: ['svc'],
  summary: 'Create a service using a specified subcommand',
  subcommands: [
    serviceOf('clusterip', 'ClusterIP', [string('clusterip', 'Assign your own ClusterIP or set to "None" for a "headless" service')]),
    serviceOf('nodeport', 'NodePort', [
      { name: 'node-port', type: 'int', usage: 'Port used to expose the service on each node in a cluster.' },
    ]),
    serviceOf('loadbalancer', 'LoadBalancer', []),
    serviceOf('externalname', 'ExternalName', [string('external-name', 'External name of service')]),
  ],
};

export const create: Verb = {
  name: 'create',
  summary: 'Create a resource from a file or from stdin',
  usage: '-f FILENAME',
  subcommands: [configMap, namespace, service, ...workloadVerbs(CREATE_FLAGS)],
  flags: [
    ...pending('bool', 'edit', 'windows-line-endings'),
    ...pending('string', 'raw'),
    ...SELECTOR_FLAGS,
    ...FILE_FLAGS,
    ...CREATE_FLAGS,
  ],
  run(call) {
    const { flags } = call;
    const files = flags.strings('filename');
    if (files.length === 0) {
      if (call.args.length > 0) throw failure(`kubectl create ${call.args[0]} is not simulated yet`);
      throw failure('must specify one of -f and -k');
    }
    const reading = readManifests(call.command, call.api.resources, files, {
      recursive: flags.bool('recursive'),
      validate: fieldValidationOf(flags) === 'Strict',
    });
    const errors = [...reading.errors];
    for (const manifest of reading.manifests) {
      try {
        createManifest(call, manifest);
      } catch (error) {
        if (!(error instanceof KubectlError)) throw error;
        errors.push(error);
      }
    }
    const error = combined(errors);
    if (error) throw error;
    if (reading.manifests.length === 0) throw failure('no objects passed to create');
    return 0;
  },
};

function createManifest(call: Invocation, manifest: Manifest): void {
  const dryRun = dryRunOf(call.flags);
  const { resource, source } = manifest;
  let { object } = placed(call, manifest);
  if (call.flags.bool('save-config')) object = withLastApplied(object);
  if (dryRun === 'client') return report(call, { resource, object }, 'created', dryRun);
  const result = call.api.create(resource, object, object.metadata.namespace, {
    dryRun: dryRun === 'server',
    fieldValidation: fieldValidationOf(call.flags),
  });
  if (!result.ok) throw serverError(result.error, `creating "${source}"`);
  report(call, { resource, object: result.value }, 'created', dryRun);
}

function nameOf(call: Invocation): string {
  const { args } = call;
  if (args.length !== 1) throw usageError(call.path, `exactly one NAME is required, got ${args.length}`);
  return args[0]!;
}
