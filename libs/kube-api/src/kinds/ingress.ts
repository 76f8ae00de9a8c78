import { type FieldError, invalidValue, notSupported, required } from '../field-error.js';
import { sameJson } from '../json.js';
import { dns1035Label, dns1123Subdomain } from '../names.js';
import type { KubeObject } from '../types.js';
import { ageColumn, nameColumn } from './columns.js';
import type { KindRules } from './kind.js';
import { portErrors } from './ports.js';

interface Backend {
  service?: { name: string; port: { name?: string; number?: number } };
  resource?: object;
}

interface IngressSpec {
  ingressClassName?: string;
  defaultBackend?: Backend;
  tls?: { hosts?: string[] }[];
  rules?: { host?: string; http?: { paths: { path?: string; pathType?: string; backend: Backend }[] } }[];
}

const specOf = (ingress: Readonly<KubeObject>): IngressSpec => (ingress.spec ?? {}) as IngressSpec;
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

/** Ingresses are kept, and no controller serves them; who writes one is told. */
// Simplification: Ingresses are objects only, as in a cluster without an ingress controller.
export const ingressRules: KindRules = {
  status: 'reset',
  newGeneration: (ingress, previous) => !sameJson(ingress.spec, previous.spec),
  validate: (ingress) => {
    const { rules = [], defaultBackend, ingressClassName } = specOf(ingress);
    const errors: FieldError[] = [];
    if (rules.length === 0 && !defaultBackend)
      errors.push(invalidValue('spec', rules, 'either `defaultBackend` or `rules` must be specified'));
    if (defaultBackend) errors.push(...backendErrors(defaultBackend, 'spec.defaultBackend'));
    if (ingressClassName !== undefined)
      for (const complaint of dns1123Subdomain(ingressClassName))
        errors.push(invalidValue('spec.ingressClassName', ingressClassName, complaint));
    rules.forEach(({ host, http }, i) => {
      if (host) errors.push(...hostErrors(host, `spec.rules[${i}].host`));
      if (http && http.paths.length === 0) errors.push(required(`spec.rules[${i}].http.paths`));
      http?.paths.forEach((path, j) => errors.push(...pathErrors(path, `spec.rules[${i}].http.paths[${j}]`)));
    });
    return errors;
  },
  warnings: () => ['no ingress controller runs in this simulated cluster: the object is kept, and nothing answers for it'],
  columns: [
    nameColumn,
    { name: 'Class', cell: (ingress) => specOf(ingress).ingressClassName ?? '<none>' },
    { name: 'Hosts', cell: (ingress) => hostsOf(specOf(ingress)) },
    { name: 'Address', cell: (ingress) => addressesOf(ingress) },
    { name: 'Ports', cell: (ingress) => (specOf(ingress).tls?.length ? '80, 443' : '80') },
    ageColumn,
  ],
};

export const ingressClassRules: KindRules = {
  newGeneration: (ingressClass, previous) => !sameJson(ingressClass.spec, previous.spec),
  columns: [
    nameColumn,
    { name: 'Controller', cell: ({ spec }) => (spec?.['controller'] as string | undefined) ?? '' },
    {
      name: 'Parameters',
      cell: ({ spec }) => {
        const { kind, name, apiGroup } = (spec?.['parameters'] ?? {}) as { kind?: string; name?: string; apiGroup?: string };
        return kind ? `${kind}${apiGroup ? `.${apiGroup}` : ''}/${name ?? ''}` : '<none>';
      },
    },
    ageColumn,
  ],
};

/** Three hosts at most (printers/internalversion `formatIngressHosts`). */
function hostsOf({ rules = [] }: IngressSpec): string {
  const hosts = rules.flatMap(({ host }) => (host ? [host] : []));
  if (hosts.length === 0) return '*';
  const more = hosts.length > 3 ? ` + ${hosts.length - 3} more...` : '';
  return hosts.slice(0, 3).join(',') + more;
}

const addressesOf = ({ status }: Readonly<KubeObject>): string =>
  ((status?.['loadBalancer']?.ingress ?? []) as { ip?: string; hostname?: string }[])
    .map(({ ip, hostname }) => ip ?? hostname ?? '')
    .join(',');

const hostErrors = (host: string, field: string): FieldError[] =>
  dns1123Subdomain(host.replace(/^\*\./, '')).map((complaint) => invalidValue(field, host, complaint));

function pathErrors({ path = '', pathType, backend }: { path?: string; pathType?: string; backend: Backend }, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (pathType === undefined) errors.push(required(`${field}.pathType`, 'pathType must be specified'));
  else if (!PATH_TYPES.includes(pathType)) errors.push(notSupported(`${field}.pathType`, pathType, PATH_TYPES));
  else if (pathType !== 'ImplementationSpecific' && !path.startsWith('/'))
    errors.push(invalidValue(`${field}.path`, path, 'must be an absolute path'));
  return [...errors, ...backendErrors(backend, `${field}.backend`)];
}

function backendErrors({ service, resource }: Backend, field: string): FieldError[] {
  if (service && resource) return [invalidValue(field, '', 'cannot set both resource and service backends')];
  if (resource) return [];
  if (!service) return [required(field, 'port name or number is required')];
  const { name, port } = service;
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${field}.service.name`));
  else for (const complaint of dns1035Label(name)) errors.push(invalidValue(`${field}.service.name`, name, complaint));
  if (port.name && port.number) errors.push(invalidValue(`${field}`, '', 'cannot set both port name & port number'));
  else if (port.name) errors.push(...portErrors(port.name, `${field}.service.port.name`));
  else if (port.number) errors.push(...portErrors(port.number, `${field}.service.port.number`));
  else errors.push(required(`${field}`, 'port name or number is required'));
  return errors;
}
