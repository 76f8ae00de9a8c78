import { formatTime, type KubeObject } from '@svclab/kube-api';
import { failure, serverError } from '../../errors.js';
import type { Invocation, Verb } from '../../invocation.js';
import type { TypedObject } from '../../printers/output.js';
import { report } from '../../report.js';
import { OUTPUT_FLAGS } from '../../standard-flags.js';
import { named, TARGET_FLAGS, targetsOf } from './targets.js';

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** A subcommand that patches each object it is given, or refuses to. */
function patching(
  name: string,
  done: string,
  summary: string,
  patchFor: (object: Readonly<KubeObject>, target: TypedObject, call: Invocation) => Pick<KubeObject, 'spec'>,
): Verb {
  return {
    name,
    summary,
    usage: 'RESOURCE',
    flags: [...TARGET_FLAGS, ...OUTPUT_FLAGS],
    run(call) {
      for (const target of targetsOf(call)) {
        const { resource, object } = target;
        const patch = patchFor(object, target, call);
        const result = call.api.patch(resource, object.metadata.namespace, object.metadata.name, 'strategic', patch);
        if (!result.ok) throw serverError(result.error);
        report(call, { resource, object: result.value }, done);
      }
      return 0;
    },
  };
}

export const pause = patching('pause', 'paused', 'Mark the provided resource as paused', ({ kind, spec }, target) => {
  if (kind !== 'Deployment') throw failure(`${named(target)} pausing is not supported`);
  if (spec?.['paused']) throw failure(`${named(target)} is already paused`);
  return { spec: { paused: true } };
});

export const resume = patching('resume', 'resumed', 'Resume a paused resource', ({ kind, spec }, target) => {
  if (kind !== 'Deployment') throw failure(`${named(target)} resuming is not supported`);
  if (!spec?.['paused']) throw failure(`${named(target)} is not paused`);
  return { spec: { paused: null } };
});

// Simplification: the time is written in UTC; the real kubectl writes that of its own time zone.
export const restart = patching('restart', 'restarted', 'Restart a resource', ({ kind, spec }, target, call) => {
  if (kind !== 'Deployment' && kind !== 'DaemonSet') throw failure(`${named(target)} restarting is not supported`);
  if (spec?.['paused']) throw failure(`${named(target)} can't restart paused deployment (run rollout resume first)`);
  const now = formatTime(call.command.world.sim.nowUs);
  return { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: now } } } } };
});
