import type { KubeObject } from '@svclab/kube-api';
import type { KubeProxyConfiguration } from './configuration.js';
import { nodeIPs } from './node-addresses.js';
import type { ProxyLog } from './proxy-log.js';
import { proxyModeName } from './proxy-modes.js';

const NODE_PORTS_EVERYWHERE =
  'nodePortAddresses is unset; NodePort connections will be accepted on all local IPs. Consider using `--nodeport-addresses primary`';
const ROUTE_LOCALNET =
  'Setting route_localnet=1 to allow node-ports on localhost; to change this either disable iptables.localhostNodePorts ' +
  '(--iptables-localhost-nodeports) or set nodePortAddresses (--nodeport-addresses) to filter loopback addresses';

/** A kube-proxy that starts. */
interface Start {
  readonly config: KubeProxyConfiguration;
  /** Of kube-proxy, as in `v1.31.0`. */
  readonly version: string;
  readonly node: Readonly<KubeObject> | undefined;
}

/** What kube-proxy writes while it starts, in the words of v1.31 (cmd/kube-proxy/app/server.go, server_linux.go). */
export function logStart(log: ProxyLog, nodeName: string, { config, version, node }: Start): void {
  const mode = proxyModeName(config.mode);
  const info = (source: string, message: string, values = {}): void => log.write(nodeName, 'I', source, message, values);
  const unrestricted = !config.nodePortAddresses?.length;
  info('server_linux.go:66', `Using ${mode} proxy`);
  info('server.go:677', 'Successfully retrieved node IP(s)', { IPs: nodeIPs(node, 'IPv4') });
  if (unrestricted && mode !== 'nftables') {
    log.write(nodeName, 'E', 'server.go:234', 'Kube-proxy configuration may be incomplete or incorrect', { err: NODE_PORTS_EVERYWHERE });
  }
  info('server.go:243', 'kube-proxy running in dual-stack mode', { 'primary ipFamily': 'IPv4' });
  info('server_linux.go:169', `Using ${mode} Proxier`);
  if (mode === 'iptables' && unrestricted && config.iptables?.localhostNodePorts !== false) {
    info('proxier.go:255', ROUTE_LOCALNET, { ipFamily: 'IPv4' });
  }
  info('server.go:483', 'Version info', { version });
  info('config.go:197', 'Starting service config controller');
  info('config.go:104', 'Starting endpoint slice config controller');
  info('config.go:326', 'Starting node config controller');
}
