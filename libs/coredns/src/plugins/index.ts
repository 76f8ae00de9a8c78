import type { PluginSetup } from '../plugin.js';
import { cache } from './cache.js';
import { forward } from './forward.js';
import { kubernetes } from './kubernetes/kubernetes.js';
import { loadbalance } from './loadbalance.js';

/**
 * Plugins in the order in which a query meets them, wherever they stand in the Corefile. `null`: works, but
 * changes no answer. Source: CoreDNS `plugin.cfg`.
 */
export const PLUGINS: ReadonlyMap<string, PluginSetup | null> = new Map([
  ['reload', null],
  ['bind', null],
  ['debug', null],
  ['ready', null],
  ['health', null],
  ['pprof', null],
  ['prometheus', null],
  ['errors', null],
  ['log', null],
  ['loadbalance', loadbalance],
  ['cache', cache],
  ['kubernetes', kubernetes],
  ['loop', null],
  ['forward', forward],
]);
