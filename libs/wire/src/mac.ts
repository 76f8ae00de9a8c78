import type { Address } from './address.js';

/** Docker's MAC address of a container: `02:42` and the IPv4 address in hexadecimal. */
export function dockerMac(ipv4: number): string {
  const octets = [0x02, 0x42, ipv4 >>> 24, (ipv4 >>> 16) & 255, (ipv4 >>> 8) & 255, ipv4 & 255];
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}

/** The link-local IPv6 address that Linux derives from a MAC address (EUI-64, RFC 4291 appendix A). */
export function linkLocal(mac: string): Address {
  const octets = mac.split(':').map((part) => parseInt(part, 16)) as [number, number, number, number, number, number];
  const low = ((octets[0] ^ 2) << 24) | (octets[1] << 16) | (octets[2] << 8) | 0xff;
  const high = (0xfe << 24) | (octets[3] << 16) | (octets[4] << 8) | octets[5];
  return [0xfe800000, 0, low >>> 0, high >>> 0];
}
