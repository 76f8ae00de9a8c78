import { parsePrefix } from '@svclab/wire';
import { type FieldError, forbidden, invalidValue, notSupported, required } from '../field-error.js';
import { formatSelector, type LabelSelector } from '../selectors/labels.js';
import { sameJson } from '../json.js';
import type { KubeObject } from '../types.js';
import { ageColumn, nameColumn } from './columns.js';
import type { KindRules } from './kind.js';
import { portErrors } from './ports.js';

interface NetworkPolicySpec {
  podSelector?: LabelSelector;
  policyTypes?: string[];
  ingress?: Rule[];
  egress?: Rule[];
}

interface Rule {
  ports?: { protocol?: string; port?: number | string; endPort?: number }[];
  from?: Peer[];
  to?: Peer[];
}

interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr: string; except?: string[] };
}

const specOf = (policy: Readonly<KubeObject>): NetworkPolicySpec => policy.spec as NetworkPolicySpec;
const POLICY_TYPES = ['Egress', 'Ingress'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** NetworkPolicies are kept, and nothing in the simulated network enforces them; who writes one is told. */
// Simplification: NetworkPolicies are objects only, as in a cluster whose network plugin does not know them.
export const networkPolicyRules: KindRules = {
  applyDefaults: (policy) => {
    const spec = specOf(policy);
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
    if (!spec.policyTypes?.length) spec.policyTypes = ['Ingress', ...(spec.egress?.length ? ['Egress'] : [])];
  },
  newGeneration: (policy, previous) => !sameJson(policy.spec, previous.spec),
  validate: (policy) => {
    const { policyTypes = [], ingress = [], egress = [] } = specOf(policy);
    const errors = [
      ...ingress.flatMap((rule, i) => ruleErrors(rule, rule.from, `spec.ingress[${i}]`, 'from')),
      ...egress.flatMap((rule, i) => ruleErrors(rule, rule.to, `spec.egress[${i}]`, 'to')),
    ];
    policyTypes.forEach((type, i) => {
      if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${i}]`, type, POLICY_TYPES));
    });
    if (policyTypes.length > 2) errors.push(invalidValue('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes'));
    return errors;
  },
  warnings: () => ['NetworkPolicies are not enforced in this simulated cluster: the object is kept, and traffic does not change'],
  columns: [nameColumn, { name: 'Pod-Selector', cell: (policy) => formatSelector(specOf(policy).podSelector) || '<none>' }, ageColumn],
};

function ruleErrors({ ports = [] }: Rule, peers: readonly Peer[] = [], field: string, side: string): FieldError[] {
  return [
    ...ports.flatMap(({ protocol = '', port, endPort }, i) => {
      const at = `${field}.ports[${i}]`;
      const errors = PROTOCOLS.includes(protocol) ? [] : [notSupported(`${at}.protocol`, protocol, PROTOCOLS)];
      if (port !== undefined) errors.push(...portErrors(port, `${at}.port`));
      if (endPort === undefined) return errors;
      if (typeof port !== 'number')
        errors.push(required(`${at}.endPort`, 'may not be specified when `port` is non-numeric or not specified'));
      else if (endPort < port) errors.push(invalidValue(`${at}.endPort`, endPort, 'must be greater than or equal to `port`'));
      return errors;
    }),
    ...peers.flatMap((peer, i) => peerErrors(peer, `${field}.${side}[${i}]`)),
  ];
}

function peerErrors({ podSelector, namespaceSelector, ipBlock }: Peer, field: string): FieldError[] {
  if (!podSelector && !namespaceSelector && !ipBlock) return [required(field, 'must specify a peer')];
  if (!ipBlock) return [];
  if (podSelector || namespaceSelector) return [forbidden(field, 'may not specify both ipBlock and another peer')];
  const errors: FieldError[] = [];
  if (!ipBlock.cidr) errors.push(required(`${field}.ipBlock.cidr`));
  else errors.push(...cidrErrors(ipBlock.cidr, `${field}.ipBlock.cidr`));
  (ipBlock.except ?? []).forEach((cidr, i) => errors.push(...cidrErrors(cidr, `${field}.ipBlock.except[${i}]`)));
  return errors;
}

const cidrErrors = (cidr: string, field: string): FieldError[] =>
  !cidr.includes('/') || !parsePrefix(cidr).ok
    ? [invalidValue(field, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
    : [];
