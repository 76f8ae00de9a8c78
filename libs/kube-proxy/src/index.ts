export type { KubeProxyConfiguration } from './configuration.js';
export { KubeProxy, type ProxyNodeRecord } from './kube-proxy.js';
export type { NodeTools, ToolRun } from './node-tools.js';
export type { RuleProvenance } from './provenance.js';
