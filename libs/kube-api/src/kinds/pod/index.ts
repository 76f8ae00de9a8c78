import type { KubeObject } from '../../types.js';
import type { KindRules } from '../kind.js';
import { admitPod } from './admission.js';
import { podColumns } from './columns.js';
import { applyPodDefaults } from './defaults.js';
import { podSpecOf } from './fields.js';
import { qosClass } from './qos.js';
import { validateNewPod, validatePod, validatePodUpdate } from './validation.js';

export const podRules: KindRules = {
  applyDefaults: applyPodDefaults,
  admit: admitPod,
  prepareForCreate: (pod) => {
    pod.status = { phase: 'Pending', qosClass: qosClass(podSpecOf(pod)) };
  },
  prepareForUpdate: syncAddresses,
  validate: validatePod,
  validateCreate: validateNewPod,
  validateUpdate: validatePodUpdate,
  status: 'reset',
  selectableFields: {
    'spec.nodeName': (pod) => pod.spec?.['nodeName'],
    'spec.restartPolicy': (pod) => pod.spec?.['restartPolicy'],
    'spec.schedulerName': (pod) => pod.spec?.['schedulerName'],
    'spec.serviceAccountName': (pod) => pod.spec?.['serviceAccountName'],
    'spec.hostNetwork': (pod) => pod.spec?.['hostNetwork'] ?? false,
    'status.phase': (pod) => pod.status?.['phase'],
    'status.podIP': (pod) => pod.status?.['podIP'],
    'status.podIPs': (pod) => ((pod.status?.['podIPs'] ?? []) as { ip: string }[]).map(({ ip }) => ip).join(','),
    'status.nominatedNodeName': (pod) => pod.status?.['nominatedNodeName'],
  },
  columns: podColumns,
};

/** `podIP` and `podIPs[0]` are one thing, and so are `hostIP` and `hostIPs[0]`. */
function syncAddresses(pod: KubeObject): void {
  const status = pod.status ?? {};
  for (const [single, list] of [
    ['podIP', 'podIPs'],
    ['hostIP', 'hostIPs'],
  ] as const) {
    const first = status[list]?.[0]?.ip as string | undefined;
    if (status[single] && status[single] !== first) status[list] = [{ ip: status[single] }];
    else if (first && !status[single]) status[single] = first;
  }
}
