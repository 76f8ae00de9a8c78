import { TemplateDump } from './template-dump.js';

export const POD_TEMPLATE_HASH = 'pod-template-hash';

/** Letters of generated names; ten of them stand for the digits of a hash (apimachinery pkg/util/rand `SafeEncodeString`). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const dumps = { before131: new TemplateDump(true), current: new TemplateDump(false) };

/**
 * The hash in the names of ReplicaSets (`webpod-5d979d89d9`) and of a DaemonSet's revisions
 * (pkg/controller/controller_utils.go `ComputeHash`). It depends on the release: new fields of the API enter the text.
 * @param template As the API server has stored it, defaults filled in.
 * @param version The cluster's release, `v1.31.0`.
 */
export function podTemplateHash(template: unknown, version: string, collisionCount?: number): string {
  const dump = isBefore131(version) ? dumps.before131 : dumps.current;
  let hash = fnv1a(2_166_136_261, utf8(dump.of(withoutHashLabel(template))));
  // Eight bytes, little-endian; the upper four are zero.
  if (collisionCount !== undefined) hash = fnv1a(hash, [0, 8, 16, 24].map((shift) => (collisionCount >>> shift) & 0xff).concat(0, 0, 0, 0));
  return [...String(hash)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
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

/** FNV-1a of 32 bits, going on from `hash`. */
function fnv1a(hash: number, bytes: readonly number[]): number {
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16_777_619);
  return hash >>> 0;
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0)!;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  }
  return bytes;
}
