import { duplicate, forbidden, invalidValue, notFoundValue, notSupported, required, type FieldError } from '../../field-error.js';
import { dns1123Label, environmentName, portName, portNumber } from '../../names.js';
import { portErrors } from '../ports.js';
import type { Container, Handler, Probe, Volume } from './fields.js';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const NOT_NEGATIVE = 'must be greater than or equal to 0';

/** Validates one list of containers (pkg/apis/core/validation/validation.go `validateContainers`). `names` are those used before. */
export function validateContainers(
  containers: readonly Container[],
  field: string,
  volumes: readonly Volume[],
  names: Set<string>,
): FieldError[] {
  return containers.flatMap((container, i) => validateContainer(container, `${field}[${i}]`, volumes, names));
}

function validateContainer(container: Container, field: string, volumes: readonly Volume[], names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  const { name, image = '' } = container;
  if (!name) errors.push(required(`${field}.name`));
  else for (const complaint of dns1123Label(name)) errors.push(invalidValue(`${field}.name`, name, complaint));
  if (image === '') errors.push(required(`${field}.image`));
  else if (image !== image.trim()) errors.push(invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace'));
  if (name && names.has(name)) errors.push(duplicate(`${field}.name`, name));
  names.add(name);
  errors.push(...validatePorts(container, field));
  errors.push(...validateEnvironment(container, field), ...validateMounts(container, field, volumes));
  if (!PULL_POLICIES.includes(container.imagePullPolicy ?? ''))
    errors.push(notSupported(`${field}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES));
  errors.push(...validateResources(container, field));
  for (const kind of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[kind];
    if (probe) errors.push(...validateProbe(probe, `${field}.${kind}`, kind === 'readinessProbe'));
  }
  for (const kind of ['postStart', 'preStop'] as const) {
    const handler = container.lifecycle?.[kind];
    if (handler) errors.push(...validateHandler(handler, `${field}.lifecycle.${kind}`));
  }
  return errors;
}

function validatePorts({ ports = [] }: Container, field: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, i) => {
    const at = `${field}.ports[${i}]`;
    const errors: FieldError[] = [];
    if (port.name) {
      const complaints = portName(port.name);
      for (const complaint of complaints) errors.push(invalidValue(`${at}.name`, port.name, complaint));
      if (complaints.length === 0 && names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else
      for (const complaint of portNumber(port.containerPort))
        errors.push(invalidValue(`${at}.containerPort`, port.containerPort, complaint));
    if (port.hostPort)
      for (const complaint of portNumber(port.hostPort)) errors.push(invalidValue(`${at}.hostPort`, port.hostPort, complaint));
    if (!PROTOCOLS.includes(port.protocol ?? '')) errors.push(notSupported(`${at}.protocol`, port.protocol, PROTOCOLS));
    return errors;
  });
}

function validateEnvironment({ env = [] }: Container, field: string): FieldError[] {
  return env.flatMap(({ name, value, valueFrom }, i) => {
    const at = `${field}.env[${i}]`;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(`${at}.name`));
    else for (const complaint of environmentName(name)) errors.push(invalidValue(`${at}.name`, name, complaint));
    const sources = Object.keys(valueFrom ?? {}).length;
    if (valueFrom && sources === 0)
      errors.push(
        invalidValue(`${at}.valueFrom`, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'),
      );
    if (value && sources > 0) errors.push(invalidValue(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    if (sources > 1) errors.push(invalidValue(`${at}.valueFrom`, '', 'may not have more than one field specified at a time'));
    return errors;
  });
}

function validateMounts({ volumeMounts = [] }: Container, field: string, volumes: readonly Volume[]): FieldError[] {
  const paths = new Set<string>();
  return volumeMounts.flatMap(({ name, mountPath }, i) => {
    const at = `${field}.volumeMounts[${i}]`;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(`${at}.name`));
    if (!mountPath) errors.push(required(`${at}.mountPath`));
    if (!volumes.some((volume) => volume.name === name)) errors.push(notFoundValue(`${at}.name`, name));
    if (paths.has(mountPath)) errors.push(invalidValue(`${at}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    return errors;
  });
}

function validateResources({ resources }: Container, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const part of ['limits', 'requests'] as const)
    for (const [name, quantity] of Object.entries(resources?.[part] ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      if (quantity.startsWith('-')) errors.push(invalidValue(`${field}.resources.${part}[${name}]`, quantity, NOT_NEGATIVE));
  return errors;
}

function validateProbe(probe: Probe, field: string, isReadiness: boolean): FieldError[] {
  const errors = validateHandler(probe, field);
  for (const name of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    const value = probe[name] ?? 0;
    if (value < 0) errors.push(invalidValue(`${field}.${name}`, value, NOT_NEGATIVE));
  }
  if (!isReadiness && probe.successThreshold !== 1)
    errors.push(invalidValue(`${field}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'));
  return errors;
}

function validateHandler(handler: Handler, field: string): FieldError[] {
  const errors: FieldError[] = [];
  let handlers = 0;
  const another = (name: string): boolean => {
    handlers++;
    if (handlers > 1) errors.push(forbidden(`${field}.${name}`, 'may not specify more than 1 handler type'));
    return handlers === 1;
  };
  if (handler.exec && another('exec') && !handler.exec.command?.length) errors.push(required(`${field}.exec.command`));
  if (handler.httpGet && another('httpGet')) {
    if (!handler.httpGet.path) errors.push(required(`${field}.httpGet.path`));
    errors.push(...validatePortReference(handler.httpGet.port, `${field}.httpGet.port`));
    const schemes = ['HTTP', 'HTTPS'];
    if (!schemes.includes(handler.httpGet.scheme ?? ''))
      errors.push(notSupported(`${field}.httpGet.scheme`, handler.httpGet.scheme, schemes));
  }
  if (handler.tcpSocket && another('tcpSocket')) errors.push(...validatePortReference(handler.tcpSocket.port, `${field}.tcpSocket.port`));
  if (handler.grpc && another('grpc')) errors.push(...validatePortReference(handler.grpc.port, `${field}.grpc.port`));
  if (handler.sleep) another('sleep');
  if (handlers === 0) errors.push(required(field, 'must specify a handler type'));
  return errors;
}

const validatePortReference = (port: number | string | undefined, field: string): FieldError[] => portErrors(port ?? 0, field);
