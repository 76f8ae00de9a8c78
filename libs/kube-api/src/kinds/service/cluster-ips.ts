import { isIpv4, parseAddress } from '@svclab/wire';
import { duplicate, invalidValue, notSupported, required, type FieldError } from '../../field-error.js';
import { isHeadless, type ServiceSpec } from './fields.js';

export const INVALID_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

/** Validates the fields about cluster IPs and families (validation.go `ValidateServiceClusterIPsRelatedFields`). */
export function validateClusterIPs(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const errors: FieldError[] = [];
  const ips = spec.clusterIPs ?? [];
  if (spec.clusterIP) {
    if (ips.length === 0) errors.push(required('spec.clusterIPs'));
    else if (ips[0] !== spec.clusterIP) errors.push(invalidValue('spec.clusterIPs', ips, 'first value must match `clusterIP`'));
  } else if (ips.length > 0) errors.push(invalidValue('spec.clusterIPs', ips, 'must be empty when `clusterIP` is not specified'));

  (spec.ipFamilies ?? []).forEach((family, i) => {
    if (family !== 'IPv4' && family !== 'IPv6') errors.push(notSupported(`spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6']));
    if (spec.ipFamilies!.indexOf(family) < i) errors.push(duplicate(`spec.ipFamilies[${i}]`, family));
  });
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  if (spec.ipFamilyPolicy !== undefined && !policies.includes(spec.ipFamilyPolicy))
    errors.push(notSupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, policies));

  const ipErrors: FieldError[] = [];
  ips.forEach((ip, i) => {
    if (i === 0 && ip === 'None') {
      if (ips.length > 1) ipErrors.push(invalidValue('spec.clusterIPs', ips, "'None' must be the first and only value"));
    } else if (parseAddress(ip) === undefined) ipErrors.push(invalidValue(`spec.clusterIPs[${i}]`, ip, INVALID_IP));
  });
  errors.push(...ipErrors);
  if (ips.length > 2) errors.push(invalidValue('spec.clusterIPs', ips, 'may only hold up to 2 values'));
  if (ipErrors.length > 0) return errors;

  const families = ips.map((ip) => (ip === 'None' || isIpv4(parseAddress(ip)!) ? 'IPv4' : 'IPv6'));
  if (ips.length > 1 && new Set(families).size !== ips.length)
    errors.push(invalidValue('spec.clusterIPs', ips, 'may specify no more than one IP for each IP family'));
  if (!isHeadless(spec))
    ips.forEach((ip, i) => {
      const expected = spec.ipFamilies?.[i];
      if (expected !== undefined && expected !== families[i])
        errors.push(invalidValue(`spec.clusterIPs[${i}]`, ip, `expected an ${expected} value as indicated by \`ipFamilies[${i}]\``));
    });
  return errors;
}

/** What may not change about cluster IPs and families (`validateUpgradeDowngradeClusterIPs`, `…IPFamilies`). */
export function validateClusterIPUpdate(spec: ServiceSpec, before: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || before.type === 'ExternalName') return [];
  const errors: FieldError[] = [];
  const ips = spec.clusterIPs ?? [];
  const earlier = before.clusterIPs ?? [];
  if (isHeadless(spec) && isHeadless(before)) return errors;
  if (earlier.length > 0 && ips.length === 0) errors.push(invalidValue('spec.clusterIPs[0]', ips, 'primary clusterIP can not be unset'));
  const compared = earlier.length === ips.length ? ips.length : Math.min(1, earlier.length, ips.length);
  for (let i = 0; i < compared; i++)
    if (ips[i] !== earlier[i]) errors.push(invalidValue(`spec.clusterIPs[${i}]`, ips, 'may not change once set'));
  const family = spec.ipFamilies?.[0];
  if (isHeadless(spec) === isHeadless(before) && family !== undefined && before.ipFamilies && family !== before.ipFamilies[0])
    errors.push(invalidValue('spec.ipFamilies[0]', spec.ipFamilies, 'may not change once set'));
  return errors;
}
