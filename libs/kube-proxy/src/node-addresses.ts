import type { KubeObject } from '@svclab/kube-api';
import { address, inPrefix, parsePrefix } from '@svclab/wire';
import { familyOf, type IpFamily, type ProxyOptions } from './configuration.js';
import type { NodeTools } from './node-tools.js';

/** The node's own addresses as its Node object tells them; the first one is its primary address. */
export function nodeIPs(node: Readonly<KubeObject> | undefined, family: IpFamily): string[] {
  const addresses: readonly { type: string; address: string }[] = node?.status?.['addresses'] ?? [];
  return addresses.filter(({ type, address: text }) => type === 'InternalIP' && familyOf(text) === family).map(({ address: text }) => text);
}

/** Addresses of the node's interfaces, in the order of `ip addr`. */
export function interfaceIPs(tools: NodeTools, family: IpFamily): string[] {
  const { stdout } = tools.run(['ip', '-o', family === 'IPv6' ? '-6' : '-4', 'addr', 'show']);
  return [...stdout.matchAll(/ inet6? ([^/\s]+)/g)].map(([, text]) => text!);
}

/** Addresses on which node ports are served, where `nodePortAddresses` restricts them (pkg/proxy/util/nodeport_addresses.go). */
export function nodePortIPs(tools: NodeTools, options: ProxyOptions, node: Readonly<KubeObject> | undefined): string[] {
  const { nodePortAddresses, family } = options;
  const primary = nodePortAddresses.includes('primary') ? nodeIPs(node, family) : [];
  const prefixes = nodePortAddresses.flatMap((cidr) => {
    const prefix = parsePrefix(cidr);
    return prefix.ok ? [prefix.value] : [];
  });
  const others = interfaceIPs(tools, family).filter((text) => prefixes.some((prefix) => inPrefix(address(text), prefix)));
  return [...primary, ...others.filter((text) => !primary.includes(text))];
}
