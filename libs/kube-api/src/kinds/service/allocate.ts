import { isIpv4, parseAddress } from '@svclab/wire';
import type { ServiceAllocators } from '../../allocators/service-allocators.js';
import { nodePortsOf } from '../../allocators/service-allocators.js';
import { invalidValue, type FieldError } from '../../field-error.js';
import { sameJson } from '../../json.js';
import { internalError, invalid } from '../../status.js';
import type { KubeObject, Status } from '../../types.js';
import type { KindContext } from '../kind.js';
import { validateClusterIPs } from './cluster-ips.js';
import {
  isExternallyAccessible,
  isHeadless,
  isSelectorless,
  needsClusterIP,
  needsHealthCheck,
  needsNodePort,
  specOf,
  type ServiceSpec,
} from './fields.js';

/**
 * What the server does to a Service before it validates it: keeps what was allocated
 * earlier, fills the IP family fields, allocates cluster IP and node ports
 * (pkg/registry/core/service/storage/storage.go and alloc.go). Nothing is reserved:
 * what a Service holds is what its stored object says.
 */
export function allocateService(service: KubeObject, previous: Readonly<KubeObject> | undefined, context: KindContext): Status | undefined {
  const spec = specOf(service);
  const before = previous && specOf(previous);
  const refuse = (errors: readonly FieldError[]): Status => invalid(context.resource, service.metadata.name, errors);
  syncClusterIPs(spec, before);
  if (before) keepAllocatedValues(spec, before);
  const familyErrors = fillFamilies(spec, before);
  if (familyErrors.length > 0) return refuse(familyErrors);
  const failure = allocateAddress(spec, before, context, refuse) ?? allocateNodePorts(spec, before, context.allocators, refuse);
  if (failure) return failure;
  if (before) dropTypeDependentFields(spec, before);
  return undefined;
}

/** Keeps `clusterIP` and `clusterIPs[0]` the same thing, whichever the client knows of (`normalizeClusterIPs`). */
function syncClusterIPs(spec: ServiceSpec, before: ServiceSpec | undefined): void {
  if (!before) {
    if (spec.clusterIP && !spec.clusterIPs) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  if (before.clusterIP === spec.clusterIP || !sameJson(before.clusterIPs, spec.clusterIPs)) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}

/** A client that sends its old manifest again means to keep what it was given (`patchAllocatedValues`). */
function keepAllocatedValues(spec: ServiceSpec, before: ServiceSpec): void {
  if (needsClusterIP(before) && needsClusterIP(spec)) {
    if (!spec.clusterIP && before.clusterIP) spec.clusterIP = before.clusterIP;
    if (!spec.clusterIPs?.length && before.clusterIPs) spec.clusterIPs = [...before.clusterIPs];
  }
  if (needsNodePort(before) && needsNodePort(spec)) {
    const used = new Set((spec.ports ?? []).map((port) => port.nodePort ?? 0));
    const byName = new Map((before.ports ?? []).map((port) => [port.name ?? '', port.nodePort]));
    for (const port of spec.ports ?? []) {
      const earlier = byName.get(port.name ?? '');
      if (!port.nodePort && earlier && !used.has(earlier)) port.nodePort = earlier;
    }
  }
  if (needsHealthCheck(before) && needsHealthCheck(spec) && before.healthCheckNodePort)
    spec.healthCheckNodePort ??= before.healthCheckNodePort;
}

/** Policy and families of an IPv4-only cluster (`initIPFamilyFields`). */
// Simplification: the simulated clusters have one IP family, IPv4, as kind's default has; dual-stack Services are refused as such a cluster refuses them.
function fillFamilies(spec: ServiceSpec, before: ServiceSpec | undefined): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const headlessWithoutSelector = spec.clusterIP === 'None' && isSelectorless(spec);
  spec.ipFamilyPolicy ??= before?.ipFamilyPolicy ?? (headlessWithoutSelector ? 'RequireDualStack' : 'SingleStack');
  const errors = validateClusterIPs(spec);
  if (errors.length > 0) return errors;
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (spec.clusterIPs?.length === 2)
      errors.push(
        invalidValue(
          'spec.ipFamilyPolicy',
          spec.ipFamilyPolicy,
          "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified",
        ),
      );
    if (spec.ipFamilies?.length === 2)
      errors.push(
        invalidValue(
          'spec.ipFamilyPolicy',
          spec.ipFamilyPolicy,
          "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
        ),
      );
  }
  (spec.clusterIPs ?? []).forEach((text, i) => {
    if (text === 'None' || i < (spec.ipFamilies?.length ?? 0)) return;
    const address = parseAddress(text);
    if (address !== undefined && isIpv4(address)) (spec.ipFamilies ??= []).push('IPv4');
    else errors.push(invalidValue(`spec.clusterIPs[${i}]`, spec.clusterIPs, 'IPv6 is not configured on this cluster'));
  });
  if (errors.length > 0) return errors;
  if (headlessWithoutSelector) {
    spec.ipFamilies ??= ['IPv4'];
    if (spec.ipFamilies.length === 1 && spec.ipFamilyPolicy !== 'SingleStack')
      spec.ipFamilies.push(spec.ipFamilies[0] === 'IPv4' ? 'IPv6' : 'IPv4');
    return [];
  }
  if (spec.ipFamilyPolicy === 'RequireDualStack')
    errors.push(invalidValue('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  (spec.ipFamilies ?? []).forEach((family, i) => {
    if (family !== 'IPv4') errors.push(invalidValue(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster'));
  });
  spec.ipFamilies ??= ['IPv4'];
  return errors;
}

function allocateAddress(
  spec: ServiceSpec,
  before: ServiceSpec | undefined,
  context: KindContext,
  refuse: (errors: readonly FieldError[]) => Status,
): Status | undefined {
  const { allocators } = context;
  if (!needsClusterIP(spec) || isHeadless(spec)) return undefined;
  if (before && needsClusterIP(before)) return undefined;
  const wanted = spec.clusterIPs?.[0];
  if (wanted) {
    const why = allocators.refuseAddress(wanted);
    return why === undefined
      ? undefined
      : refuse([invalidValue('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${wanted}: ${why}`)]);
  }
  // A dry run shows the network's own address: nothing may be drawn for it.
  const address = context.dryRun ? allocators.addressAt(0) : allocators.nextAddress();
  if (address === undefined) return internalError('failed to allocate a serviceIP: range is full');
  spec.clusterIP = address;
  spec.clusterIPs = [address];
  return undefined;
}

function allocateNodePorts(
  spec: ServiceSpec,
  before: ServiceSpec | undefined,
  allocators: ServiceAllocators,
  refuse: (errors: readonly FieldError[]) => Status,
): Status | undefined {
  const held =
    before && (before.type === 'NodePort' || before.type === 'LoadBalancer')
      ? nodePortsOf({ spec: before } as KubeObject)
      : new Set<number>();
  /** Taken by this write; two ports of one number and different protocols share one. */
  const reserved = new Set<number>();
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    const byPort = new Map<number, number>();
    for (const [i, port] of (spec.ports ?? []).entries()) {
      if (!port.nodePort && !needsNodePort(spec)) continue;
      const shared = byPort.get(port.port);
      const wanted = port.nodePort ?? shared ?? spec.ports!.find((other) => other.port === port.port && other.nodePort)?.nodePort;
      if (wanted !== undefined && wanted !== shared) {
        const why = held.has(wanted) ? undefined : allocators.refuseNodePort(wanted, reserved);
        if (why) return refuse([invalidValue(`spec.ports[${i}].nodePort`, wanted, why)]);
      }
      const nodePort = wanted ?? allocators.nextNodePort(reserved);
      if (nodePort === undefined) return internalError('failed to allocate a nodePort: range is full');
      port.nodePort = nodePort;
      reserved.add(nodePort);
      if (shared === undefined) byPort.set(port.port, nodePort);
    }
  }
  if (!needsHealthCheck(spec) || (before && needsHealthCheck(before))) return undefined;
  const wanted = spec.healthCheckNodePort;
  const why = wanted && allocators.refuseNodePort(wanted, reserved);
  if (why) return internalError(`failed to allocate requested HealthCheck NodePort ${wanted}: ${why}`);
  const healthCheck = wanted ?? allocators.nextNodePort(reserved);
  if (healthCheck === undefined) return internalError('failed to allocate a HealthCheck NodePort 0: range is full');
  spec.healthCheckNodePort = healthCheck;
  return undefined;
}

/** Clears what the new type has no use for, unless the client changed it itself (`dropTypeDependentFields`). */
function dropTypeDependentFields(spec: ServiceSpec, before: ServiceSpec): void {
  const dropUnchanged = (...fields: (keyof ServiceSpec)[]): void => {
    for (const field of fields) if (sameJson(spec[field], before[field])) delete spec[field];
  };
  if (needsClusterIP(before) && !needsClusterIP(spec)) {
    if (sameJson(spec.clusterIPs, before.clusterIPs)) dropUnchanged('clusterIP', 'clusterIPs');
    dropUnchanged('ipFamilies', 'ipFamilyPolicy');
  }
  if (needsNodePort(before) && !needsNodePort(spec)) {
    const earlier = new Set((before.ports ?? []).map((port) => port.nodePort ?? 0));
    const added = (spec.ports ?? []).some((port) => port.nodePort && !earlier.has(port.nodePort));
    if (!added) for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheck(before) && !needsHealthCheck(spec)) dropUnchanged('healthCheckNodePort');
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') dropUnchanged('allocateLoadBalancerNodePorts', 'loadBalancerClass');
  if (isExternallyAccessible(before) && !isExternallyAccessible(spec)) dropUnchanged('externalTrafficPolicy');
  if (before.type !== 'ExternalName' && spec.type === 'ExternalName') dropUnchanged('internalTrafficPolicy');
}
