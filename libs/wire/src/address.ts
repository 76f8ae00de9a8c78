import { err, ok, type Result } from '@svclab/sim';

/**
 * An IP address as numbers, not as text: an IPv4 address is one unsigned 32-bit
 * integer, an IPv6 address four of them, most significant first. JSON-safe.
 */
export type Address = number | readonly [number, number, number, number];

/** Network prefix: `10.10.0.0/16` is `{ address: parse('10.10.0.0'), length: 16 }`. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

export const isIpv4 = (address: Address): address is number => typeof address === 'number';

export function sameAddress(a: Address, b: Address): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}

/** `undefined` when `text` is no dotted quad. */
export function parseIpv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const octet = Number(match[i]);
    if (octet > 255) return undefined;
    value = value * 256 + octet;
  }
  return value;
}

/** `undefined` when `text` is no IPv6 address (RFC 4291, section 2.2; no zone). */
export function parseIpv6(text: string): readonly [number, number, number, number] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groupsOf = (half: string): number[] | undefined => {
    if (half === '') return [];
    const groups: number[] = [];
    const parts = half.split(':');
    for (const [i, part] of parts.entries()) {
      if (part.includes('.')) {
        const v4 = parseIpv4(part);
        if (v4 === undefined || i !== parts.length - 1) return undefined;
        groups.push(v4 >>> 16, v4 & 0xffff);
      } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(parseInt(part, 16));
      else return undefined;
    }
    return groups;
  };
  const head = groupsOf(halves[0]!);
  const tail = halves.length === 2 ? groupsOf(halves[1]!) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  const word = (i: number): number => (groups[2 * i]! * 0x10000 + groups[2 * i + 1]!) >>> 0;
  return [word(0), word(1), word(2), word(3)];
}

export const parseAddress = (text: string): Address | undefined => parseIpv4(text) ?? parseIpv6(text);

/** An address known to be well formed. Throws otherwise: only for text of our own. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new TypeError(`not an IP address: ${text}`);
  return parsed;
}

/** As the kernel and Go print it; IPv6 after RFC 5952. */
export function formatAddress(value: Address): string {
  if (typeof value === 'number') return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  const groups = value.flatMap((word) => [word >>> 16, word & 0xffff]);
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      bestStart = i;
      bestLength = length;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}

/** The netmask of an IPv4 prefix length. */
export const ipv4Mask = (length: number): number => (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);

export function inPrefix(value: Address, prefix: Prefix): boolean {
  if (typeof value === 'number') {
    if (typeof prefix.address !== 'number') return false;
    const mask = ipv4Mask(prefix.length);
    return (value & mask) >>> 0 === (prefix.address & mask) >>> 0;
  }
  if (typeof prefix.address === 'number') return false;
  let bits = prefix.length;
  for (let i = 0; i < 4 && bits > 0; i++, bits -= 32) {
    const mask = bits >= 32 ? 0xffffffff : ipv4Mask(bits);
    if ((value[i]! & mask) >>> 0 !== (prefix.address[i]! & mask) >>> 0) return false;
  }
  return true;
}

/** Parses `10.10.0.0/16`; a bare address is a host prefix. */
export function parsePrefix(text: string): Result<Prefix, string> {
  const [addressText, lengthText, ...rest] = text.split('/');
  const parsed = parseAddress(addressText!);
  if (parsed === undefined || rest.length) return err(`invalid CIDR address: ${text}`);
  const most = isIpv4(parsed) ? 32 : 128;
  if (lengthText === undefined) return ok({ address: parsed, length: most });
  if (!/^\d{1,3}$/.test(lengthText) || Number(lengthText) > most) return err(`invalid CIDR address: ${text}`);
  return ok({ address: parsed, length: Number(lengthText) });
}

export const formatPrefix = (prefix: Prefix): string => `${formatAddress(prefix.address)}/${prefix.length}`;
