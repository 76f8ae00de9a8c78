import type { Prng } from '@svclab/sim';

/**
 * A range of numbers that is handed out at random from its upper, dynamic band, and
 * from the lower, static one only when that is full: so that numbers people choose
 * themselves seldom collide (KEP-3070; pkg/registry/core/service/allocator/bitmap.go).
 */
export interface Bands {
  readonly first: number;
  readonly size: number;
  /** How many numbers at the start form the static band. */
  readonly offset: number;
}

/** `undefined` when all are taken. `isTaken` is asked for numbers of the range only. */
export function allocateNext(bands: Bands, isTaken: (value: number) => boolean, random: Prng): number | undefined {
  return scan(bands.first + bands.offset, bands.size - bands.offset, isTaken, random) ?? scan(bands.first, bands.offset, isTaken, random);
}

/** Looks from a random place onwards, once around. */
function scan(first: number, size: number, isTaken: (value: number) => boolean, random: Prng): number | undefined {
  if (size <= 0) return undefined;
  const start = random.below(size);
  for (let i = 0; i < size; i++) {
    const value = first + ((start + i) % size);
    if (!isTaken(value)) return value;
  }
  return undefined;
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** Addresses of a service CIDR but network and broadcast (ipallocator `calculateRangeOffset`). */
export function serviceAddressBands(network: number, prefixLength: number): Bands {
  const size = 2 ** (32 - prefixLength);
  return { first: network + 1, size: Math.max(size - 2, 0), offset: size <= 16 ? 0 : clamp(Math.floor(size / 16), 16, 256) };
}

/** Ports of `--service-node-port-range` (portallocator `calculateRangeOffset`). */
export function nodePortBands(first: number, last: number): Bands {
  const size = last - first + 1;
  return { first, size, offset: size <= 16 ? 0 : clamp(Math.floor(size / 32), 16, 128) };
}
