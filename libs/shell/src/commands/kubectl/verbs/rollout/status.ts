import type { KubeObject } from '@svclab/kube-api';
import { durationUs } from '../../durations.js';
import { failure } from '../../errors.js';
import { bool, int, string } from '../../flags.js';
import type { Invocation, Verb } from '../../invocation.js';
import type { TypedObject } from '../../printers/output.js';
import { TARGET_FLAGS, targetsOf } from './targets.js';

const POLL_US = 100_000;

export const status: Verb = {
  name: 'status',
  summary: 'Show the status of the rollout',
  usage: '(TYPE NAME | TYPE/NAME) [flags]',
  flags: [
    bool('watch', "Watch the status of the rollout until it's done.", 'w'),
    int('revision', 'Pin to a specific revision for showing its status.'),
    string('timeout', 'The length of time to wait before ending watch, zero means never.'),
    ...TARGET_FLAGS,
  ],
  async run(call) {
    const timeoutUs = call.flags.has('timeout') ? durationUs(call.flags.string('timeout')!) : 0;
    for (const target of targetsOf(call)) await follow(call, target, timeoutUs || Infinity);
    return 0;
  },
};

/** Says how the rollout stands whenever that changes, until it is done. */
async function follow(call: Invocation, { resource, object }: TypedObject, timeoutUs: number): Promise<void> {
  const { sim } = call.command.world;
  const { namespace, name } = object.metadata;
  const deadlineUs = sim.nowUs + timeoutUs;
  let seen: string | undefined;
  for (;;) {
    sim.drainWork();
    const current = call.api.get(resource, namespace, name);
    if (!current) throw failure('object has been deleted');
    if (current.metadata.resourceVersion !== seen) {
      seen = current.metadata.resourceVersion;
      const { text, done } = rolloutText(current, call.flags.int('revision') ?? 0);
      call.out(text);
      if (done || !call.flags.bool('watch', true)) return;
    }
    if (sim.nowUs >= deadlineUs) throw failure('timed out waiting for the condition');
    if (isStuck(current)) call.command.endless();
    call.command.count('turn');
    await call.command.sleep(Math.min(POLL_US, deadlineUs - sim.nowUs));
  }
}

/** A rollout without a deadline that is paused stays as it is for ever. */
const isStuck = (object: Readonly<KubeObject>): boolean => object.spec?.['paused'] === true;

interface RolloutText {
  readonly text: string;
  readonly done: boolean;
}

const waiting = (text: string): RolloutText => ({ text: `${text}\n`, done: false });
const finished = (text: string): RolloutText => ({ text: `${text}\n`, done: true });

/** kubectl pkg/polymorphichelpers/rollout_status.go */
function rolloutText(object: Readonly<KubeObject>, revision: number): RolloutText {
  if (object.kind === 'Deployment') return deploymentText(object, revision);
  if (object.kind === 'DaemonSet') return daemonSetText(object);
  throw failure(`no status viewer has been implemented for ${object.kind}`);
}

const isObserved = ({ metadata, status: state }: Readonly<KubeObject>): boolean =>
  (metadata.generation ?? 0) <= ((state?.['observedGeneration'] as number | undefined) ?? 0);

const countOf =
  ({ status: state }: Readonly<KubeObject>) =>
  (field: string): number =>
    (state?.[field] as number | undefined) ?? 0;

function deploymentText(deployment: Readonly<KubeObject>, revision: number): RolloutText {
  const { name, annotations } = deployment.metadata;
  const current = Number(annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  if (revision > 0 && revision !== current)
    throw failure(`desired revision (${revision}) is different from the running revision (${current})`);
  if (!isObserved(deployment)) return waiting('Waiting for deployment spec update to be observed...');
  const conditions = (deployment.status?.['conditions'] ?? []) as readonly { type: string; reason: string }[];
  if (conditions.find(({ type }) => type === 'Progressing')?.reason === 'ProgressDeadlineExceeded')
    throw failure(`deployment "${name}" exceeded its progress deadline`);
  const count = countOf(deployment);
  const [updated, replicas, available] = [count('updatedReplicas'), count('replicas'), count('availableReplicas')];
  const wanted = (deployment.spec?.['replicas'] as number | undefined) ?? 1;
  const prefix = `Waiting for deployment "${name}" rollout to finish:`;
  if (updated < wanted) return waiting(`${prefix} ${updated} out of ${wanted} new replicas have been updated...`);
  if (replicas > updated) return waiting(`${prefix} ${replicas - updated} old replicas are pending termination...`);
  if (available < updated) return waiting(`${prefix} ${available} of ${updated} updated replicas are available...`);
  return finished(`deployment "${name}" successfully rolled out`);
}

function daemonSetText(daemonSet: Readonly<KubeObject>): RolloutText {
  const { name } = daemonSet.metadata;
  if (daemonSet.spec?.['updateStrategy']?.type !== 'RollingUpdate')
    throw failure('rollout status is only available for RollingUpdate strategy type');
  if (!isObserved(daemonSet)) return waiting('Waiting for daemon set spec update to be observed...');
  const count = countOf(daemonSet);
  const [updated, desired, available] = [count('updatedNumberScheduled'), count('desiredNumberScheduled'), count('numberAvailable')];
  const prefix = `Waiting for daemon set "${name}" rollout to finish:`;
  if (updated < desired) return waiting(`${prefix} ${updated} out of ${desired} new pods have been updated...`);
  if (available < desired) return waiting(`${prefix} ${available} of ${desired} updated pods are available...`);
  return finished(`daemon set "${name}" successfully rolled out`);
}
