export type { KubeProxyConfiguration } from './configuration.js';
export { KubeProxy, type HealthCheckSockets, type ProxyStatus } from './kube-proxy.js';
export { ProxyServers, type HttpAnswer } from './proxy-servers.js';
export type { NodeTools, ToolRun } from './node-tools.js';
export type { RuleProvenance } from './provenance.js';
export { decodeConfiguration } from './decode-configuration.js';
export type { ExplainedEndpoint, ExplainedPort } from './explain-service.js';
export { isProxyMode, proxyModeNames, type ProxyModeName } from './proxy-modes.js';
