import { resolvePath } from '../../globbing.js';
import type { CommandContext } from '../../types.js';
import { readYaml } from './manifests/yaml-reader.js';
import { failure, KubectlError } from './errors.js';

/** A kubeconfig file (client-go tools/clientcmd/api/v1 Config). */
export interface KubeConfig {
  readonly apiVersion: 'v1';
  readonly kind: 'Config';
  readonly clusters: readonly {
    readonly name: string;
    readonly cluster: { readonly server?: string; readonly [member: string]: unknown };
  }[];
  readonly contexts: readonly KubeContext[];
  readonly 'current-context': string;
  readonly users: readonly { readonly name: string; readonly user: Readonly<Record<string, unknown>> }[];
  readonly preferences: Readonly<Record<string, unknown>>;
}

export interface KubeContext {
  readonly name: string;
  readonly context: { readonly cluster: string; readonly user: string; readonly namespace?: string };
}

/** Where kubectl looks: `--kubeconfig`, `$KUBECONFIG`, `~/.kube/config`. */
export function kubeConfigPath(command: CommandContext, flag: string | undefined): string {
  const name = flag ?? command.env.get('KUBECONFIG');
  if (name) return resolvePath(command.cwd, name.split(':')[0]!);
  return `${command.env.get('HOME') ?? '/root'}/.kube/config`;
}

/** The configuration in force: what the file says, else the cluster that is there. */
export function kubeConfigOf(command: CommandContext, flag: string | undefined): KubeConfig {
  const path = kubeConfigPath(command, flag);
  const text = command.files.read(path);
  if (text === undefined) return clusterConfig(command);
  const value = readYaml(text);
  if (value === null || typeof value !== 'object')
    throw failure(`error loading config file "${path}": no kind "Config" is registered for it`);
  return { ...EMPTY, ...(value as Partial<KubeConfig>) };
}

// Simplification: where no kubeconfig file is kept, kubectl finds the simulated cluster by itself, by the name of its control-plane node.
function clusterConfig({ at, world: { api, docker } }: CommandContext): KubeConfig {
  const node = api.list('nodes').find(({ metadata }) => metadata.labels?.['node-role.kubernetes.io/control-plane'] !== undefined);
  if (!node) return EMPTY;
  const published = docker.find(node.metadata.name)?.ports.find(({ containerPort }) => containerPort === 6443);
  const server = at === 'host' && published ? `127.0.0.1:${published.hostPort}` : `${node.metadata.name}:6443`;
  const name = `kind-${node.metadata.name.replace(/-control-plane$/, '')}`;
  return {
    ...EMPTY,
    clusters: [{ name, cluster: { server: `https://${server}` } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
    users: [{ name, user: {} }],
  };
}

const EMPTY: KubeConfig = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [],
  contexts: [],
  'current-context': '',
  users: [],
  preferences: {},
};

/** The context in force. `--context` must name one that exists. */
export function currentContext(config: KubeConfig, flag: string | undefined): KubeContext | undefined {
  if (flag === undefined) return config.contexts.find((context) => context.name === config['current-context']);
  const context = config.contexts.find((candidate) => candidate.name === flag);
  if (!context) throw new KubectlError(`error: context "${flag}" does not exist`);
  return context;
}

/** URL of the API server, as messages show it. */
export function serverOf(config: KubeConfig): string {
  const context = currentContext(config, undefined);
  return config.clusters.find((cluster) => cluster.name === context?.context.cluster)?.cluster.server ?? 'http://localhost:8080';
}
