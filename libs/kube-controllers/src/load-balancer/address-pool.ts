import { formatAddress, parseIpv4, type Address } from '@svclab/wire';

/** The addresses that a provider gives away: from `first` to `last`, both included, IPv4 text. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** The lowest address of the range that is not in `used`; `undefined` when none is left. */
export function freeAddress(range: AddressRange, used: ReadonlySet<string>): string | undefined {
  const [first, last] = bounds(range);
  for (let number = first; number <= last; number++) {
    const text = formatAddress(number as Address);
    if (!used.has(text)) return text;
  }
  return undefined;
}

export function isInRange(range: AddressRange, text: string): boolean {
  const number = parseIpv4(text);
  const [first, last] = bounds(range);
  return number !== undefined && number >= first && number <= last;
}

const bounds = ({ first, last }: AddressRange): [number, number] => [parseIpv4(first)!, parseIpv4(last)!];
