export { MAX_BRANCHES } from './explore.js';
export { formatTrace } from './format-trace.js';
export type { IpOptions } from './ip/ip-command.js';
export type { Neighbour } from './neighbours.js';
export { Netstack } from './netstack.js';
export type { SsOptions } from './ss.js';
export { namespaceTitle, routeText, type NewLink } from './topology.js';
export type * from './types.js';
