import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Every node asks for the same names at every sync, so they are hashed once. */
const hashes = new Map<string, string>();
const MAX_REMEMBERED = 200_000;

/** First `length` (at most 16) characters of the base32 form of a SHA-256, as both proxiers name their chains. */
export function base32Hash(text: string, length: number): string {
  let hash = hashes.get(text);
  if (hash === undefined) {
    if (hashes.size >= MAX_REMEMBERED) hashes.clear();
    hashes.set(text, (hash = firstCharacters(text)));
  }
  return hash.slice(0, length);
}

/** Ten bytes are exactly 16 groups of five bits. */
function firstCharacters(text: string): string {
  const digest = sha256(utf8ToBytes(text));
  let out = '';
  let bits = 0;
  let held = 0;
  for (let i = 0; i < 10; i++) {
    held = (held << 8) | digest[i]!;
    for (bits += 8; bits >= 5; bits -= 5) out += BASE32[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return out;
}
