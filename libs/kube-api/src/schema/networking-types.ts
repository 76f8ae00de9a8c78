import type { TypeDeclarations } from './schema.js';

/** Shapes of networking.k8s.io/v1 (k8s.io/api/networking/v1/types.go). Notation: see {@link TypeDeclarations}. */
export const networkingTypes: TypeDeclarations = {
  Ingress: { metadata: 'ObjectMeta', spec: 'IngressSpec', status: 'IngressStatus' },
  IngressSpec: {
    ingressClassName: '*string',
    defaultBackend: '*IngressBackend',
    tls: '[]IngressTLS',
    rules: '[]IngressRule',
  },
  IngressTLS: { hosts: '[]string', secretName: 'string' },
  IngressRule: { host: 'string', http: '*HTTPIngressRuleValue' },
  HTTPIngressRuleValue: { paths: '[]HTTPIngressPath!' },
  HTTPIngressPath: { path: 'string', pathType: '*string', backend: 'IngressBackend' },
  IngressBackend: { service: '*IngressServiceBackend', resource: '*TypedLocalObjectReference' },
  IngressServiceBackend: { name: 'string!', port: 'ServiceBackendPort' },
  ServiceBackendPort: { name: 'string', number: 'int32' },
  TypedLocalObjectReference: { apiGroup: '*string', kind: 'string!', name: 'string!' },
  IngressStatus: { loadBalancer: 'LoadBalancerStatus' },

  IngressClass: { metadata: 'ObjectMeta', spec: 'IngressClassSpec' },
  IngressClassSpec: { controller: 'string', parameters: '*object' },

  NetworkPolicy: { metadata: 'ObjectMeta', spec: 'NetworkPolicySpec' },
  NetworkPolicySpec: {
    podSelector: 'LabelSelector',
    ingress: '[]NetworkPolicyIngressRule',
    egress: '[]NetworkPolicyEgressRule',
    policyTypes: '[]string',
  },
  NetworkPolicyIngressRule: { ports: '[]NetworkPolicyPort', from: '[]NetworkPolicyPeer' },
  NetworkPolicyEgressRule: { ports: '[]NetworkPolicyPort', to: '[]NetworkPolicyPeer' },
  NetworkPolicyPort: { protocol: '*Protocol', port: '*IntOrString', endPort: '*int32' },
  NetworkPolicyPeer: { podSelector: '*LabelSelector', namespaceSelector: '*LabelSelector', ipBlock: '*IPBlock' },
  IPBlock: { cidr: 'string!', except: '[]string' },
};
