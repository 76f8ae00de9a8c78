import type { CommandDefinition } from '../../types.js';

const UNIT_SECONDS: { readonly [unit: string]: number } = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };

/** Virtual microseconds of `1`, `0.5`, `2m`, `infinity`; `undefined` for anything else. */
export function parseDurationUs(text: string): number | undefined {
  if (/^inf(inity)?$/i.test(text)) return Infinity;
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  return match ? Number(match[1]) * UNIT_SECONDS[match[2]!]! * 1e6 : undefined;
}

/** `sleep NUMBER[smhd]…`; several add up. */
export const sleep: CommandDefinition = {
  names: ['sleep'],
  places: ['host', 'node', 'pod', 'client'],
  run: async (context) => {
    if (context.args.length === 0) {
      context.stderr('sleep: missing operand\n');
      return 1;
    }
    let totalUs = 0;
    for (const arg of context.args) {
      const us = parseDurationUs(arg);
      if (us === undefined) {
        context.stderr(`sleep: invalid time interval '${arg}'\n`);
        return 1;
      }
      totalUs += us;
    }
    if (totalUs !== Infinity) {
      await context.sleep(totalUs);
      return 0;
    }
    for (;;) {
      context.endless();
      await context.sleep(1e6);
    }
  },
};
