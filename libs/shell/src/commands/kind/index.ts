import { DEFAULT_KIND_CONFIG, kubeconfigOf, NODE_IMAGE, parseKindConfig, planCluster, type KindConfig } from '@svclab/cluster';
import type { CommandContext, CommandDefinition } from '../../types.js';
import { KubectlError } from '../kubectl/errors.js';
import { bool, parseFlags, pending, string, type Flags, type FlagSpec } from '../kubectl/flags.js';

const DEFAULT_NAME = 'kind';
const NAME = string('name', 'the cluster name');
const KUBECONFIG = string('kubeconfig', 'sets kubeconfig path instead of $KUBECONFIG or $HOME/.kube/config');
const VERBOSITY: readonly FlagSpec[] = [
  { name: 'verbosity', shorthand: 'v', type: 'int' },
  bool('quiet', 'silence all stderr output', 'q'),
];

/** Ends the command with a line on standard error. */
class KindError extends Error {
  override readonly name = 'KindError';
}

interface Call {
  readonly context: CommandContext;
  readonly flags: Flags;
  readonly args: readonly string[];
}

interface Subcommand {
  readonly flags: readonly FlagSpec[];
  run(call: Call): Promise<number> | number;
}

/** By its words. Source of the texts: kind v0.24.0 `pkg/cmd/kind`. */
const SUBCOMMANDS: { readonly [path: string]: Subcommand } = {
  'create cluster': {
    flags: [
      NAME,
      KUBECONFIG,
      string('config', 'path to a kind config file'),
      string('image', 'node docker image to use for booting the cluster'),
      string('wait', 'wait for control plane node to be ready'),
      ...pending('bool', 'retain'),
    ],
    run: createCluster,
  },
  'delete cluster': { flags: [{ ...NAME, shorthand: 'n' }, KUBECONFIG], run: deleteCluster },
  'get clusters': { flags: [], run: getClusters },
  'get nodes': {
    flags: [{ ...NAME, shorthand: 'n' }, bool('all-clusters', 'If present, list all the available nodes across all cluster contexts', 'A')],
    run: getNodes,
  },
  'get kubeconfig': {
    flags: [{ ...NAME, shorthand: 'n' }, bool('internal', 'use internal address instead of external')],
    run: getKubeconfig,
  },
  version: {
    flags: [],
    run({ context }) {
      context.stdout('kind v0.24.0 go1.22.6 darwin/arm64\n');
      return 0;
    },
  },
};

const FAREWELLS = [
  'Have a nice day! 👋',
  'Thanks for using kind! 😊',
  'Not sure what to do next? 😅  Check out https://kind.sigs.k8s.io/docs/user/quick-start/',
  'Have a question, bug, or feature request? Let us know! https://kind.sigs.k8s.io/#community 🙂',
];

async function createCluster({ context, flags }: Call): Promise<number> {
  const { world } = context;
  const config = configOf(context, flags.string('config'));
  const image = flags.string('image');
  if (image !== undefined && image.split('@')[0] !== NODE_IMAGE)
    throw new KindError(`failed to create cluster: node image ${image} is not simulated yet: use ${NODE_IMAGE}`);
  const name = flags.string('name') ?? config.name ?? DEFAULT_NAME;
  const planned = planCluster(world.kind, { name, config });
  if (!planned.ok) throw new KindError(`failed to create cluster: ${planned.error}`);
  context.stderr(`Creating cluster "${name}" ...\n`);
  for (const { title, emoji, durationUs, run } of planned.value) {
    const endUs = world.sim.nowUs + durationUs;
    run();
    await context.sleep(Math.max(0, endUs - world.sim.nowUs));
    context.stderr(` ✓ ${title} ${emoji} \n`);
  }
  const farewell = FAREWELLS[world.sim.random('kind').below(FAREWELLS.length)];
  context.stderr(`Set kubectl context to "kind-${name}"\n`);
  context.stderr(`You can now use your cluster with:\n\nkubectl cluster-info --context kind-${name}\n\n${farewell}\n`);
  return 0;
}

function configOf(context: CommandContext, path: string | undefined): KindConfig {
  if (path === undefined) return DEFAULT_KIND_CONFIG;
  const text = path === '-' ? context.stdin : context.files.read(path.startsWith('/') ? path : `${context.cwd}/${path}`);
  if (text === undefined) throw new KindError(`failed to create cluster: error reading file: open ${path}: no such file or directory`);
  const parsed = parseKindConfig(text);
  if (!parsed.ok) throw new KindError(`failed to create cluster: ${parsed.error}`);
  return parsed.value;
}

async function deleteCluster({ context, flags, args }: Call): Promise<number> {
  const name = flags.string('name') ?? DEFAULT_NAME;
  if (args.length > 0) throw new KindError(`unknown command "${args[0]}" for "kind delete cluster"`);
  context.stderr(`Deleting cluster "${name}" ...\n`);
  const nodes = context.world.kind.delete(name);
  await context.sleep(nodes.length > 0 ? 2_000_000 : 100_000);
  if (nodes.length > 0) context.stderr(`Deleted nodes: [${nodes.map((node) => `"${node}"`).join(' ')}]\n`);
  return 0;
}

function getClusters({ context }: Call): number {
  const names = context.world.kind.clusters().map(({ name }) => name);
  if (names.length === 0) context.stderr('No kind clusters found.\n');
  else context.stdout(names.map((name) => `${name}\n`).join(''));
  return 0;
}

function getNodes({ context, flags }: Call): number {
  const { kind } = context.world;
  const name = flags.string('name') ?? DEFAULT_NAME;
  const nodes = flags.bool('all-clusters') ? kind.clusters().flatMap((cluster) => kind.nodeNames(cluster.name)) : kind.nodeNames(name);
  if (nodes.length === 0)
    context.stderr(flags.bool('all-clusters') ? 'No kind nodes found for any cluster.\n' : `No kind nodes found for cluster "${name}".\n`);
  else context.stdout(nodes.map((node) => `${node}\n`).join(''));
  return 0;
}

function getKubeconfig({ context, flags }: Call): number {
  const name = flags.string('name') ?? DEFAULT_NAME;
  const cluster = context.world.kind.cluster(name);
  if (!cluster)
    throw new KindError(
      `could not locate any control plane nodes for cluster named '${name}'. Use the --name option to select a different cluster`,
    );
  context.stdout(kubeconfigOf(cluster, { internal: flags.bool('internal') }));
  return 0;
}

async function kind(context: CommandContext): Promise<number> {
  try {
    const [path, rest] = findSubcommand(context.args);
    const subcommand = SUBCOMMANDS[path]!;
    const { flags, args } = parseFlags(rest, [...subcommand.flags, ...VERBOSITY], `kind ${path}`);
    if (args.length > 0) throw new KindError(`unknown command "${args[0]}" for "kind ${path}"`);
    return await subcommand.run({ context, flags, args });
  } catch (error) {
    if (error instanceof KindError) context.stderr(`ERROR: ${error.message}\n`);
    else if (error instanceof KubectlError) context.stderr(`ERROR: ${error.text.replace(/^error: /, '').split('\n')[0]}\n`);
    else throw error;
    return 1;
  }
}

const GROUPS = ['create', 'delete', 'get'];
const PENDING = ['build', 'completion', 'export', 'load'];

function findSubcommand(args: readonly string[]): [path: string, rest: readonly string[]] {
  const [first, second] = args;
  if (first === undefined) throw new KindError(`one of ${Object.keys(SUBCOMMANDS).join(', ')} is wanted`);
  if (PENDING.includes(first)) throw new KindError(`kind ${first} is not simulated yet`);
  const isGroup = GROUPS.includes(first);
  const path = isGroup ? `${first} ${second ?? ''}` : first;
  if (path in SUBCOMMANDS) return [path, args.slice(isGroup ? 2 : 1)];
  throw new KindError(
    isGroup
      ? second === undefined
        ? 'Subcommand is required'
        : `unknown command "${second}" for "kind ${first}"`
      : `unknown command "${first}" for "kind"`,
  );
}

// Simplification: kind says `node(s) already exist` and the like as its own program does; of its subcommands only create, delete, get and version are here.
export const kindCommands: CommandDefinition[] = [{ names: ['kind'], places: ['host'], run: kind }];
