import type { KubeObject } from '@svclab/kube-api';
import { durationUs } from '../durations.js';
import { failure, KubectlError, serverError, usageError } from '../errors.js';
import { bool, int, pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { report } from '../report.js';
import { DRY_RUN_FLAGS, dryRunOf, SELECTOR_FLAGS } from '../standard-flags.js';
import { cordonNode, nodesOf } from './nodes.js';

const POLL_US = 1_000_000;

export const drain: Verb = {
  name: 'drain',
  summary: 'Drain node in preparation for maintenance',
  usage: 'NODE',
  flags: [
    bool('ignore-daemonsets', 'Ignore DaemonSet-managed pods.'),
    bool(
      'delete-emptydir-data',
      'Continue even if there are pods using emptyDir (local data that will be deleted when the node is drained).',
    ),
    bool('force', 'Continue even if there are pods that do not declare a controller.'),
    bool('disable-eviction', 'Force drain to use delete, even if eviction is supported.'),
    int('grace-period', 'Period of time in seconds given to each pod to terminate gracefully.'),
    string('timeout', 'The length of time to wait before giving up, zero means infinite'),
    string('pod-selector', 'Label selector to filter pods on the node'),
    ...pending('int', 'chunk-size', 'skip-wait-for-delete-timeout'),
    ...SELECTOR_FLAGS,
    ...DRY_RUN_FLAGS,
  ],
  async run(call) {
    const names = call.args.map((arg) => arg.replace(/^nodes?\//, ''));
    if (names.length === 0 && !call.flags.has('selector')) throw usageError(call.path, 'USAGE: drain NODE [flags]');
    const dryRun = dryRunOf(call.flags);
    const nodes = nodesOf(call, names);
    for (const node of nodes) cordonNode(call, node, true, dryRun);
    const failed: { readonly node: string; readonly causes: readonly string[] }[] = [];
    for (const node of nodes) {
      const { name } = node.object.metadata;
      const plan = planFor(call, name);
      if (plan.causes.length > 0) {
        failed.push({ node: name, causes: plan.causes });
        call.err(`error: unable to drain node "${name}" due to error: ${listed(plan.causes)}, continuing command...\n`);
        continue;
      }
      if (plan.warnings.length > 0) call.err(`Warning: ${plan.warnings.join('; ')}\n`);
      await evict(call, plan.pods);
      report(call, node, 'drained', dryRun);
    }
    if (failed.length === 0) return 0;
    const pendingNodes = failed.map(({ node }) => ` ${node}\n`).join('');
    throw new KubectlError(`There are pending nodes to be drained:\n${pendingNodes}${failed.flatMap(({ causes }) => causes).join('\n')}`);
  },
};

const listed = (causes: readonly string[]): string => (causes.length === 1 ? causes[0]! : `[${causes.join(', ')}]`);

interface DrainPlan {
  readonly pods: readonly Readonly<KubeObject>[];
  readonly warnings: readonly string[];
  /** Why nothing may be evicted; empty when all may. */
  readonly causes: readonly string[];
}

/** A property of a pod by which a drain hesitates: what it says when it may go on, and when it may not (kubectl pkg/drain/filters.go). */
interface Scruple {
  readonly holds: (pod: Readonly<KubeObject>) => boolean;
  readonly flag: string;
  readonly warning: string;
  readonly refusal: string;
  /** Such pods are left where they are. */
  readonly spares?: true;
}

const controllerOf = ({ metadata }: Readonly<KubeObject>) => metadata.ownerReferences?.find(({ controller }) => controller);
const isFinished = ({ status }: Readonly<KubeObject>): boolean => status?.['phase'] === 'Succeeded' || status?.['phase'] === 'Failed';
const isMirror = ({ metadata }: Readonly<KubeObject>): boolean => metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

const SCRUPLES: readonly Scruple[] = [
  {
    holds: (pod) => controllerOf(pod)?.kind === 'DaemonSet' && !isFinished(pod),
    flag: 'ignore-daemonsets',
    warning: 'ignoring DaemonSet-managed Pods',
    refusal: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
    spares: true,
  },
  {
    holds: (pod) => ((pod.spec?.['volumes'] ?? []) as object[]).some((volume) => 'emptyDir' in volume) && !isFinished(pod),
    flag: 'delete-emptydir-data',
    warning: 'deleting Pods with local storage',
    refusal: 'Pods with local storage (use --delete-emptydir-data to override)',
  },
  {
    holds: (pod) => !controllerOf(pod) && !isFinished(pod),
    flag: 'force',
    warning: 'deleting Pods that declare no controller',
    // The words stand twice in the real message too.
    refusal: 'cannot delete Pods that declare no controller (use --force to override)',
  },
];

function planFor(call: Invocation, node: string): DrainPlan {
  const labelSelector = call.flags.string('pod-selector');
  const all = call.api.list('pods', { fieldSelector: `spec.nodeName=${node}`, ...(labelSelector && { labelSelector }) });
  const pods: Readonly<KubeObject>[] = [];
  const warned = new Map<string, string[]>();
  const refused = new Map<string, string[]>();
  for (const pod of all.filter((each) => !isMirror(each))) {
    const scruples = SCRUPLES.filter(({ holds }) => holds(pod));
    const refusal = scruples.find(({ flag }) => !call.flags.bool(flag));
    if (refusal) {
      note(refused, refusal.refusal, pod);
      continue;
    }
    for (const { warning } of scruples) note(warned, warning, pod);
    if (!scruples.some(({ spares }) => spares)) pods.push(pod);
  }
  return { pods, warnings: texts(warned), causes: texts(refused).map((text) => `cannot delete ${text}`) };
}

function note(map: Map<string, string[]>, key: string, { metadata }: Readonly<KubeObject>): void {
  map.set(key, [...(map.get(key) ?? []), `${metadata.namespace}/${metadata.name}`]);
}

const texts = (map: ReadonlyMap<string, readonly string[]>): string[] =>
  [...map.keys()].toSorted().map((key) => `${key}: ${map.get(key)!.join(', ')}`);

/** Asks for the eviction of all, then waits for each to be gone. */
async function evict(call: Invocation, pods: readonly Readonly<KubeObject>[]): Promise<void> {
  const { flags } = call;
  const dryRun = dryRunOf(flags);
  const doing = flags.bool('disable-eviction') ? ['deleting', 'deleted'] : ['evicting', 'evicted'];
  const grace = flags.int('grace-period') ?? -1;
  for (const { metadata } of pods) {
    call.err(
      `${doing[0]} pod ${metadata.namespace}/${metadata.name}${dryRun === 'none' ? '' : ` (${dryRun === 'server' ? 'server ' : ''}dry run)`}\n`,
    );
    if (dryRun !== 'none') continue;
    const result = call.api.delete('pods', metadata.namespace, metadata.name, { ...(grace >= 0 && { gracePeriodSeconds: grace }) });
    if (!result.ok && result.error.reason !== 'NotFound') throw serverError(result.error);
  }
  if (dryRun !== 'none') return;
  const { sim } = call.command.world;
  const timeoutUs = flags.has('timeout') ? durationUs(flags.string('timeout')!) : 0;
  const deadlineUs = sim.nowUs + (timeoutUs || Infinity);
  for (const { metadata } of pods) {
    for (;;) {
      sim.drainWork();
      if (call.api.get('pods', metadata.namespace, metadata.name)?.metadata.uid !== metadata.uid) break;
      if (sim.nowUs >= deadlineUs)
        throw failure(
          `error when waiting for pod "${metadata.name}" in namespace "${metadata.namespace}" to terminate: global timeout reached: ${flags.string('timeout')}`,
        );
      call.command.count('turn');
      await call.command.sleep(Math.min(POLL_US, deadlineUs - sim.nowUs));
    }
    call.out(`pod/${metadata.name} ${doing[1]}\n`);
  }
}
