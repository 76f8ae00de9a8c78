import type { TargetExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

const MOST = 255;

const FORMS = [
  { option: 'ttl-set', least: 0, title: 'set to', next: (_ttl: number, value: number) => value },
  { option: 'ttl-inc', least: 1, title: 'increment by', next: (ttl: number, value: number) => Math.min(ttl + value, MOST) },
  { option: 'ttl-dec', least: 1, title: 'decrement by', next: (ttl: number, value: number) => Math.max(ttl - value, 0) },
] as const;
const NAMES = FORMS.map(({ option }) => option);

/** `-j TTL`: hops that are left (Linux: net/netfilter/xt_HL.c). */
export const ttl: TargetExtension = {
  name: 'TTL',
  options: NAMES.map((name) => ({ name, values: 1, excludes: NAMES.filter((other) => other !== name) })),
  tables: ['mangle'],
  parse(options) {
    const form = FORMS.find(({ option }) => options.has(option));
    if (!form) throw parameterProblem('TTL: You must specify an action');
    const value = options.number(form.option, form.least, MOST)!;
    return {
      name: 'TTL',
      text: `--${form.option} ${value}`,
      list: () => `TTL ${form.title} ${value}`,
      apply: ({ packet }) => {
        packet.ttl = form.next(packet.ttl, value);
        return 'continue';
      },
    };
  },
};
