import { forbidden, type FieldError } from '../field-error.js';
import { sameJson } from '../json.js';
import type { KubeObject } from '../types.js';
import { ageColumn, nameColumn } from './columns.js';
import type { Column, KindRules } from './kind.js';

interface Condition {
  readonly type: string;
  readonly status: string;
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

export const nodeRules: KindRules = {
  // The kubelet registers its node together with its first status.
  status: 'given',
  validateUpdate: validateNodeUpdate,
  selectableFields: { 'spec.unschedulable': (node) => node.spec?.['unschedulable'] ?? false },
  columns: [
    nameColumn,
    { name: 'Status', cell: statusCell },
    { name: 'Roles', cell: rolesCell },
    ageColumn,
    { name: 'Version', cell: (node) => nodeInfo(node, 'kubeletVersion') },
    addressColumn('Internal-IP', 'InternalIP'),
    addressColumn('External-IP', 'ExternalIP'),
    { name: 'OS-Image', wide: true, cell: (node) => nodeInfo(node, 'osImage') || '<unknown>' },
    { name: 'Kernel-Version', wide: true, cell: (node) => nodeInfo(node, 'kernelVersion') || '<unknown>' },
    { name: 'Container-Runtime', wide: true, cell: (node) => nodeInfo(node, 'containerRuntimeVersion') || '<unknown>' },
  ],
};

function validateNodeUpdate(node: Readonly<KubeObject>, previous: Readonly<KubeObject>): FieldError[] {
  const before = previous.spec ?? {};
  const errors: FieldError[] = [];
  if (before['podCIDRs']?.length && !sameJson(node.spec?.['podCIDRs'], before['podCIDRs']))
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  if (before['providerID'] && node.spec?.['providerID'] !== before['providerID'])
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  return errors;
}

function statusCell(node: Readonly<KubeObject>): string {
  const ready = ((node.status?.['conditions'] ?? []) as readonly Condition[]).find((condition) => condition.type === 'Ready');
  const status = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.['unschedulable'] ? `${status},SchedulingDisabled` : status;
}

function rolesCell(node: Readonly<KubeObject>): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === ROLE_LABEL && value) roles.add(value);
  }
  return [...roles].toSorted().join(',') || '<none>';
}

const nodeInfo = (node: Readonly<KubeObject>, field: string): string => (node.status?.['nodeInfo']?.[field] as string | undefined) ?? '';

function addressColumn(name: string, type: string): Column {
  return {
    name,
    wide: true,
    cell: (node) =>
      ((node.status?.['addresses'] ?? []) as readonly { type: string; address: string }[]).find((address) => address.type === type)
        ?.address ?? '<none>',
  };
}
