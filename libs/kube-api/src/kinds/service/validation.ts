import { parseAddress, parsePrefix } from '@svclab/wire';
import {
  duplicate,
  duplicateStruct,
  forbidden,
  goQuote,
  invalidValue,
  notSupported,
  required,
  type FieldError,
} from '../../field-error.js';
import { validateLabels } from '../../metadata.js';
import { dns1123Label, dns1123Subdomain, portName, portNumber, qualifiedName } from '../../names.js';
import type { KubeObject } from '../../types.js';
import { INVALID_IP, validateClusterIPs, validateClusterIPUpdate } from './cluster-ips.js';
import { isExternallyAccessible, isHeadless, needsHealthCheck, specOf, type ServicePort, type ServiceSpec } from './fields.js';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const POLICIES = ['Cluster', 'Local'];
/** 86400 is accepted, in spite of the wording (validation.go `ValidateServiceSessionAffinityConfig`). */
const MAX_AFFINITY_SECONDS = 86_400;

/** Validates a Service, in upstream's order (pkg/apis/core/validation/validation.go `ValidateService`). */
export function validateService(service: Readonly<KubeObject>): FieldError[] {
  const spec = specOf(service);
  return [
    ...validateTopologyAnnotations(service),
    ...validateTypeNeeds(spec),
    ...validatePorts(spec),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateClusterIPs(spec),
    ...validateAddresses(spec),
    ...(TYPES.includes(spec.type ?? '') ? [] : [notSupported('spec.type', spec.type, TYPES)]),
    ...validatePortUse(spec),
    ...validateLoadBalancer(spec),
    ...validateTrafficPolicies(spec),
  ];
}

export function validateServiceUpdate(service: Readonly<KubeObject>, previous: Readonly<KubeObject>): FieldError[] {
  const spec = specOf(service);
  const before = specOf(previous);
  const errors = validateClusterIPUpdate(spec, before);
  if (spec.type === 'LoadBalancer' && before.type === 'LoadBalancer' && spec.loadBalancerClass !== before.loadBalancerClass)
    errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'));
  if (needsHealthCheck(spec) && needsHealthCheck(before) && spec.healthCheckNodePort !== before.healthCheckNodePort)
    errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
  return errors;
}

function validateTopologyAnnotations(service: Readonly<KubeObject>): FieldError[] {
  const mode = 'service.kubernetes.io/topology-mode';
  const hints = 'service.kubernetes.io/topology-aware-hints';
  const annotations = service.metadata.annotations ?? {};
  if (annotations[mode] === undefined || annotations[hints] === undefined || annotations[mode] === annotations[hints]) return [];
  return [invalidValue(`metadata.annotations[${mode}]`, annotations[mode], `must match annotations[${hints}] when both are specified`)];
}

/** What each type asks for before anything else is looked at. */
function validateTypeNeeds(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec.ports?.length && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  switch (spec.type) {
    case 'LoadBalancer':
    case 'NodePort':
      if (isHeadless(spec)) errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
      break;
    case 'ExternalName':
      for (const field of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const)
        if (spec[field]?.length) errors.push(forbidden(`spec.${field}`, 'may not be set for ExternalName services'));
      if (!spec.externalName) errors.push(required('spec.externalName'));
      else
        for (const complaint of dns1123Subdomain(spec.externalName.replace(/\.$/, '')))
          errors.push(invalidValue('spec.externalName', spec.externalName, complaint));
      break;
    default:
      break;
  }
  return errors;
}

function validatePorts(spec: ServiceSpec): FieldError[] {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  return ports.flatMap((port, i) => validatePort(port, `spec.ports[${i}]`, ports.length > 1, names));
}

function validatePort(port: ServicePort, field: string, nameRequired: boolean, names: Set<string>): FieldError[] {
  const errors: FieldError[] = [];
  if (!port.name) {
    if (nameRequired) errors.push(required(`${field}.name`));
  } else {
    for (const complaint of dns1123Label(port.name)) errors.push(invalidValue(`${field}.name`, port.name, complaint));
    if (names.has(port.name)) errors.push(duplicate(`${field}.name`, port.name));
    names.add(port.name);
  }
  for (const complaint of portNumber(port.port)) errors.push(invalidValue(`${field}.port`, port.port, complaint));
  if (!PROTOCOLS.includes(port.protocol ?? '')) errors.push(notSupported(`${field}.protocol`, port.protocol, PROTOCOLS));
  const target = port.targetPort ?? 0;
  for (const complaint of typeof target === 'number' ? portNumber(target) : portName(target))
    errors.push(invalidValue(`${field}.targetPort`, target, complaint));
  if (port.appProtocol !== undefined)
    for (const complaint of qualifiedName(port.appProtocol)) errors.push(invalidValue(`${field}.appProtocol`, port.appProtocol, complaint));
  return errors;
}

function validateAffinity(spec: ServiceSpec): FieldError[] {
  switch (spec.sessionAffinity) {
    case 'ClientIP': {
      const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0;
      if (seconds > 0 && seconds <= MAX_AFFINITY_SECONDS) return [];
      return [
        invalidValue(
          'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
          seconds,
          `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`,
        ),
      ];
    }
    case 'None':
      return [];
    default:
      return [notSupported('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None'])];
  }
}

function validateAddresses(spec: ServiceSpec): FieldError[] {
  return (spec.externalIPs ?? []).flatMap((ip, i) =>
    parseAddress(ip) === undefined ? [invalidValue(`spec.externalIPs[${i}]`, ip, INVALID_IP)] : [],
  );
}

/** Node ports where there may be none, and ports that occur twice. */
function validatePortUse(spec: ServiceSpec): FieldError[] {
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [];
  if (spec.type === 'ClusterIP')
    ports.forEach((port, i) => {
      if (port.nodePort) errors.push(forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  const nodePorts = new Set<string>();
  ports.forEach((port, i) => {
    if (!port.nodePort) return;
    const key = `${port.protocol}/${port.nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${i}].nodePort`, port.nodePort));
    nodePorts.add(key);
  });
  const seen = new Set<string>();
  ports.forEach((port, i) => {
    const key = `${port.protocol}/${port.port}`;
    if (seen.has(key)) errors.push(duplicateStruct(`spec.ports[${i}]`, goServicePort(port)));
    seen.add(key);
  });
  return errors;
}

/** Upstream prints the key of its set, a ServicePort with nothing but protocol and port. */
const goServicePort = ({ protocol = '', port }: ServicePort): string =>
  `core.ServicePort{Name:"", Protocol:${goQuote(protocol)}, AppProtocol:(*string)(nil), Port:${port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`;

function validateLoadBalancer(spec: ServiceSpec): FieldError[] {
  const onlyLoadBalancers = "may only be used when `type` is 'LoadBalancer'";
  const isLoadBalancer = spec.type === 'LoadBalancer';
  const errors: FieldError[] = [];
  if (spec.loadBalancerSourceRanges?.length) {
    if (!isLoadBalancer) errors.push(forbidden('spec.LoadBalancerSourceRanges', onlyLoadBalancers));
    else
      spec.loadBalancerSourceRanges.forEach((range, i) => {
        if (!range.includes('/') || !parsePrefix(range.trim()).ok)
          errors.push(
            invalidValue(`spec.loadBalancerSourceRanges[${i}]`, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'),
          );
      });
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isLoadBalancer)
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', onlyLoadBalancers));
  if (spec.loadBalancerClass !== undefined) {
    if (!isLoadBalancer) errors.push(forbidden('spec.loadBalancerClass', onlyLoadBalancers));
    else
      for (const complaint of qualifiedName(spec.loadBalancerClass))
        errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, complaint));
  }
  return errors;
}

function validateTrafficPolicies(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const external = spec.externalTrafficPolicy;
  if (external !== undefined) {
    if (!isExternallyAccessible(spec))
      errors.push(invalidValue('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'));
    else if (!POLICIES.includes(external)) errors.push(notSupported('spec.externalTrafficPolicy', external, POLICIES));
  }
  if (spec.healthCheckNodePort && !needsHealthCheck(spec))
    errors.push(
      invalidValue(
        'spec.healthCheckNodePort',
        spec.healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  const internal = spec.internalTrafficPolicy;
  if (internal !== undefined && !POLICIES.includes(internal)) errors.push(notSupported('spec.internalTrafficPolicy', internal, POLICIES));
  if (spec.trafficDistribution !== undefined && spec.trafficDistribution !== 'PreferClose')
    errors.push(notSupported('spec.trafficDistribution', spec.trafficDistribution, ['PreferClose']));
  return errors;
}
