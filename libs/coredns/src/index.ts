export { CoreDns, type Surroundings } from './core-dns.js';
export type { ServerIdentity } from './plugin.js';
