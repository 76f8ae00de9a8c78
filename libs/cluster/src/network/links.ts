import type { LinkAddress, LinkRecord } from '@svclab/netstack';
import type { Prng } from '@svclab/sim';
import { ipv4Mask, linkLocal, type Address } from '@svclab/wire';

/** Devices that a kernel with the tunnel modules built in gives every new namespace (Docker Desktop's is one). */
const TUNNELS = [
  { name: 'tunl0', mtu: 1480, type: 'ipip' },
  { name: 'gre0', mtu: 1476, type: 'gre' },
  { name: 'gretap0', mtu: 1462, type: 'ether' },
  { name: 'erspan0', mtu: 1450, type: 'ether' },
  { name: 'ip_vti0', mtu: 1480, type: 'ipip' },
  { name: 'ip6_vti0', mtu: 1428, type: 'tunnel6' },
  { name: 'sit0', mtu: 1480, type: 'sit' },
  { name: 'ip6tnl0', mtu: 1452, type: 'tunnel6' },
  { name: 'ip6gre0', mtu: 1448, type: 'gre6' },
] as const;

/** The first interface index after loopback and the tunnels. */
export const FIRST_FREE_IFINDEX = 2 + TUNNELS.length;

export const tunnels = (netns: string, random: Prng): LinkRecord[] =>
  TUNNELS.map(({ name, mtu, type }, i): LinkRecord => ({
    netns,
    name,
    kind: 'tunnel',
    ifindex: 2 + i,
    mac: type === 'ether' ? '00:00:00:00:00:00' : '',
    mtu,
    up: false,
    addresses: [],
    display: { type, ...(type.endsWith('6') ? { permaddr: permanentAddress(random) } : {}) },
  }));

/** The kernel makes one up for each IPv6 tunnel device; `ip` prints 12 octets of it, zeros last. */
const permanentAddress = (random: Prng): string => {
  const group = (): string => random.below(0x10000).toString(16);
  return `${group()}:${group()}:${group()}::`;
};

/** A locally administered unicast address, as the kernel draws for a new veth. */
export function randomMac(random: Prng): string {
  const octets = Array.from({ length: 6 }, () => random.below(256));
  octets[0] = (octets[0]! & 0xfe) | 0x02;
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}

/** An IPv4 address on a broadcast network. */
export const onNetwork = (ipv4: number, length: number): LinkAddress => ({
  prefix: { address: ipv4, length },
  broadcast: (ipv4 | ~ipv4Mask(length)) >>> 0,
  scope: 'global',
});

export const globalAddress = (value: Address, length: number, flags?: string): LinkAddress => ({
  prefix: { address: value, length },
  scope: 'global',
  ...(flags === undefined ? {} : { flags }),
});

export const linkLocalAddress = (mac: string): LinkAddress => ({ prefix: { address: linkLocal(mac), length: 64 }, scope: 'link' });
