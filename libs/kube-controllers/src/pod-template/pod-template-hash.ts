import { canonicalJson } from '@svclab/sim';
import { TemplateDump } from './template-dump.js';

export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** Letters of generated names; ten of them stand for the digits of a hash (apimachinery pkg/util/rand `SafeEncodeString`). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const dumps = { before131: new TemplateDump(true), current: new TemplateDump(false) };

/**
 * FNV-1a of 32 bits: the hash in the names of ReplicaSets (`webpod-5d979d89d9`) and of a DaemonSet's revisions
 * (pkg/controller/controller_utils.go `ComputeHash`). It depends on the release: new fields of the API enter the text.
 * @param template As the API server has stored it, defaults filled in.
 * @param version The cluster's release, `v1.31.0`.
 */
export function podTemplateHash(template: unknown, version: string, collisionCount?: number): string {
  // The templates of a fresh cluster are those of every other.
  const key = canonicalJson([template, version, collisionCount ?? null]);
  let hash = HASHES.get(key);
  if (hash === undefined) {
    hash = computeHash(template, version, collisionCount);
    if (HASHES.size >= MAX_HASHES) HASHES.clear();
    HASHES.set(key, hash);
  }
  return hash;
}

const HASHES = new Map<string, string>();
const MAX_HASHES = 256;

function computeHash(template: unknown, version: string, collisionCount: number | undefined): string {
  const dump = isBefore131(version) ? dumps.before131 : dumps.current;
  let hash = 2_166_136_261;
  const add = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 16_777_619);
  };
  eachByte(dump.of(withoutHashLabel(template)), add);
  // Eight bytes, little-endian; the upper four are zero.
  if (collisionCount !== undefined) for (let i = 0; i < 8; i++) add(i < 4 ? (collisionCount >>> (8 * i)) & 0xff : 0);
  return [...String(hash >>> 0)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

const isBefore131 = (version: string): boolean => Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? '31') < 31;

/** Two templates are one revision when they are equal but for that label (deployment_util.go `EqualIgnoreHash`). */
export function withoutHashLabel(template: unknown): unknown {
  const { metadata, ...rest } = template as { metadata?: { labels?: Record<string, string> } };
  const labels = metadata?.labels;
  if (!labels || !(POD_TEMPLATE_HASH in labels)) return template;
  const { [POD_TEMPLATE_HASH]: _hash, ...others } = labels;
  return { ...rest, metadata: { ...metadata, labels: others } };
}

/** The text in UTF-8. */
function eachByte(text: string, take: (byte: number) => void): void {
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    if (point < 0x80) take(point);
    else {
      const tail = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
      take([0xc0, 0xe0, 0xf0][tail - 1]! | (point >> (6 * tail)));
      for (let rest = tail - 1; rest >= 0; rest--) take(0x80 | ((point >> (6 * rest)) & 63));
    }
  }
}
