import type { Status } from '@svclab/kube-api';
import { statusOf } from './status-error.js';

/** API groups that a real cluster serves and this one does not, with why. */
const REASONS: Readonly<Record<string, string>> = {
  autoscaling: 'nothing here measures what pods use, so HorizontalPodAutoscalers would never scale',
  'metrics.k8s.io': 'nothing here measures what pods use',
  policy: 'PodDisruptionBudgets are not watched over; evictions are always granted',
  'rbac.authorization.k8s.io': 'whoever holds the key of a sandbox may do everything in it',
};

/** 404 that names what is asked for and says why it is not there; undefined for other paths. */
export function notSimulated(path: string): Status | undefined {
  const [, group = '', rest = ''] = /^\/apis\/([^/]+)\/[^/]+\/(.+)$/.exec(path) ?? [];
  if (!Object.hasOwn(REASONS, group)) return undefined;
  const plural = rest.replace(/^namespaces\/[^/]+\/(?=.)/, '').split('/')[0]!;
  return statusOf(404, `${plural}.${group} are not simulated: ${REASONS[group]}`);
}
