import { hex, type OptionSpec, type OptionSet, type TargetExtension } from '../extension.js';
import { parseMarkAndMask } from '../mark-value.js';
import { parameterProblem } from '../tool-error.js';

const FORMS = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'] as const;

const OPTIONS: readonly OptionSpec[] = FORMS.map((name) => ({ name, values: 1, excludes: FORMS.filter((other) => other !== name) }));

/** `-j MARK`: mark := (mark & ~mask) ^ value (Linux: net/netfilter/xt_mark.c, `mark_tg`). */
export const mark: TargetExtension = {
  name: 'MARK',
  options: OPTIONS,
  parse(options) {
    const { value, mask } = parseChange(options);
    return {
      name: 'MARK',
      text: `--set-xmark ${hex(value)}/${hex(mask)}`,
      list: () => `MARK ${listChange(value, mask)}`,
      apply: ({ skb }) => {
        skb.mark = ((skb.mark & ~mask) ^ value) >>> 0;
        return 'continue';
      },
    };
  },
};

function parseChange(options: OptionSet): { readonly value: number; readonly mask: number } {
  const form = FORMS.find((candidate) => options.has(candidate));
  if (!form) throw parameterProblem('MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required');
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

function listChange(value: number, mask: number): string {
  if (value === 0) return `and ${hex(~mask)}`;
  if (value === mask) return `or ${hex(value)}`;
  if (mask === 0) return `xor ${hex(value)}`;
  return mask === 0xffffffff ? `set ${hex(value)}` : `xset ${hex(value)}/${hex(mask)}`;
}
