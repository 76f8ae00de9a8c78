import type { PodSpec } from './fields.js';

/** The quality-of-service class of a pod (pkg/apis/core/v1/helper/qos `ComputePodQOS`). */
export function qosClass(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  let asksForSomething = false;
  let guaranteed = true;
  for (const { resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const { limits = {}, requests = {} } = resources ?? {};
    for (const name of ['cpu', 'memory']) {
      const limit = limits[name];
      const request = requests[name] ?? limit;
      if (limit !== undefined || request !== undefined) asksForSomething = true;
      if (limit === undefined || request !== limit) guaranteed = false;
    }
  }
  if (!asksForSomething) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
