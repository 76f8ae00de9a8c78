import { dns1035Label } from '../../names.js';
import { formatLabels } from '../../selectors/labels.js';
import type { KubeObject } from '../../types.js';
import { ageColumn, nameColumn } from '../columns.js';
import type { KindRules } from '../kind.js';
import { allocateService } from './allocate.js';
import { applyServiceDefaults } from './defaults.js';
import { specOf } from './fields.js';
import { validateService, validateServiceUpdate } from './validation.js';

export const serviceRules: KindRules = {
  applyDefaults: applyServiceDefaults,
  allocate: allocateService,
  prepareForCreate: (service) => {
    service.status = { loadBalancer: {} };
  },
  prepareForUpdate: (service, previous) => {
    // An address of a load balancer means nothing to any other type.
    if (specOf(previous).type === 'LoadBalancer' && specOf(service).type !== 'LoadBalancer') service.status = { loadBalancer: {} };
  },
  nameCheck: dns1035Label,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  status: 'reset',
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.['clusterIP'],
    'spec.type': (service) => service.spec?.['type'],
  },
  columns: [
    nameColumn,
    { name: 'Type', cell: (service) => specOf(service).type ?? '' },
    { name: 'Cluster-IP', cell: (service) => specOf(service).clusterIPs?.[0] ?? '<none>' },
    { name: 'External-IP', cell: externalIP },
    { name: 'Port(s)', cell: portsCell },
    ageColumn,
    { name: 'Selector', wide: true, cell: (service) => formatLabels(specOf(service).selector) || '<none>' },
  ],
};

function externalIP(service: Readonly<KubeObject>): string {
  const { type, externalIPs = [], externalName } = specOf(service);
  if (type === 'ExternalName') return externalName ?? '';
  if (type !== 'LoadBalancer') return externalIPs.join(',') || '<none>';
  const ingress = (service.status?.['loadBalancer']?.ingress ?? []) as { ip?: string; hostname?: string }[];
  const addresses = [...new Set(ingress.map(({ ip, hostname }) => ip ?? hostname ?? ''))].toSorted();
  return [...addresses, ...externalIPs].join(',') || '<pending>';
}

/** `80/TCP`, `8080:30000/TCP` */
function portsCell(service: Readonly<KubeObject>): string {
  const ports = specOf(service).ports ?? [];
  return ports.map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`).join(',') || '<none>';
}
