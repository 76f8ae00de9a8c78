import { formatAddress, type Address } from '../address.js';

const MAX_LABEL = 63;
/** Of the encoded name, length bytes and root included (RFC 1035, section 2.3.4). */
const MAX_NAME = 255;

/** Labels of a name, root left out. Dots inside a label are not supported: no name of a cluster has one. */
export const dnsLabels = (name: string): string[] =>
  name
    .replace(/\.$/, '')
    .split('.')
    .filter((label) => label !== '');

/** Whether a name can travel in a message: no empty or overlong label, not too long itself. */
export function isDnsName(name: string): boolean {
  if (name === '.' || name === '') return true;
  const labels = name.replace(/\.$/, '').split('.');
  return (
    labels.every(({ length }) => length > 0 && length <= MAX_LABEL) && labels.reduce((sum, { length }) => sum + length + 1, 1) <= MAX_NAME
  );
}

/** With the final dot. */
export const absoluteName = (name: string): string => (name.endsWith('.') ? name : `${name}.`);

/** Whether `name` lies in `zone` or is it; case does not matter. Both may lack the final dot. */
export function isInZone(name: string, zone: string): boolean {
  const child = absoluteName(name).toLowerCase();
  const parent = absoluteName(zone).toLowerCase();
  return parent === '.' || child === parent || child.endsWith(`.${parent}`);
}

/** `206.1.200.10.in-addr.arpa.`, or the nibbles under `ip6.arpa.` */
export function reverseName(address: Address): string {
  if (typeof address === 'number') return `${formatAddress(address).split('.').toReversed().join('.')}.in-addr.arpa.`;
  const nibbles = address.flatMap((word) => [...word.toString(16).padStart(8, '0')]);
  return `${nibbles.toReversed().join('.')}.ip6.arpa.`;
}

/** The address behind a name of the two reverse zones; `undefined` when it is not a whole one. */
export function reversedAddress(name: string): Address | undefined {
  const labels = dnsLabels(name.toLowerCase()).toReversed();
  const [arpa, family, ...parts] = labels;
  if (arpa !== 'arpa') return undefined;
  if (family === 'in-addr') {
    if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
    return parts.reduce((value, part) => value * 256 + Number(part), 0);
  }
  if (family !== 'ip6' || parts.length !== 32 || !parts.every((part) => /^[0-9a-f]$/.test(part))) return undefined;
  const word = (i: number): number => parseInt(parts.slice(8 * i, 8 * i + 8).join(''), 16);
  return [word(0), word(1), word(2), word(3)];
}
