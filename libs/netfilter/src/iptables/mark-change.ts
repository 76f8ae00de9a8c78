import { hex, type OptionSet, type OptionSpec } from './extension.js';
import { parseMarkAndMask } from './mark-value.js';

/** mark := (mark & ~mask) ^ value (Linux: net/netfilter/xt_mark.c, net/netfilter/xt_connmark.c). */
export interface MarkChange {
  readonly value: number;
  readonly mask: number;
}

const FORMS = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'] as const;

/** The five ways to say it, which exclude each other and `others`. */
export const markChangeOptions = (...others: readonly string[]): readonly OptionSpec[] =>
  FORMS.map((name) => ({ name, values: 1, excludes: [...FORMS, ...others].filter((other) => other !== name) }));

/** `undefined` when none of the five was given. */
export function parseMarkChange(options: OptionSet): MarkChange | undefined {
  const form = FORMS.find((candidate) => options.has(candidate));
  if (!form) return undefined;
  const { value, mask } = parseMarkAndMask(options, form);
  switch (form) {
    case 'set-xmark':
      return { value, mask };
    case 'set-mark':
      return { value, mask: (value | mask) >>> 0 };
    case 'and-mark':
      return { value: 0, mask: ~value >>> 0 };
    case 'or-mark':
      return { value, mask: value };
    case 'xor-mark':
      return { value, mask: 0 };
  }
}

export const changedMark = (mark: number, change: MarkChange): number => ((mark & ~change.mask) ^ change.value) >>> 0;

/** As `-S` prints it. */
export const markChangeText = ({ value, mask }: MarkChange): string => `--set-xmark ${hex(value)}/${hex(mask)}`;

/** As `-L` does. */
export function listMarkChange({ value, mask }: MarkChange): string {
  if (value === 0) return `and ${hex(~mask)}`;
  if (value === mask) return `or ${hex(value)}`;
  if (mask === 0) return `xor ${hex(value)}`;
  return mask === 0xffffffff ? `set ${hex(value)}` : `xset ${hex(value)}/${hex(mask)}`;
}
