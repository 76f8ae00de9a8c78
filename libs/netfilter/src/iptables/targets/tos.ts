import type { OptionSet, TargetExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';
import { byteText, parseTos, tosSymbol, tosText, type TosValue } from '../tos-value.js';

const FORMS = ['set-tos', 'and-tos', 'or-tos', 'xor-tos'] as const;

/** `-j TOS`: tos := (tos & ~mask) ^ value (Linux: net/netfilter/xt_DSCP.c, `tos_tg`). */
export const tos: TargetExtension = {
  name: 'TOS',
  options: FORMS.map((name) => ({ name, values: 1, excludes: FORMS.filter((other) => other !== name) })),
  tables: ['mangle'],
  parse(options) {
    const change = parseChange(options);
    return {
      name: 'TOS',
      text: `--set-tos ${tosText(change)}`,
      list: (numeric) => listChange(change, numeric),
      apply: ({ packet }) => {
        packet.tos = (packet.tos & ~change.mask) ^ change.value;
        return 'continue';
      },
    };
  },
};

function parseChange(options: OptionSet): TosValue {
  if (options.has('set-tos')) return parseTos(options, 'set-tos');
  const bits = (name: string): number | undefined => options.number(name, 0, 0xff);
  const and = bits('and-tos');
  if (and !== undefined) return { value: 0, mask: ~and & 0xff };
  const or = bits('or-tos');
  if (or !== undefined) return { value: or, mask: or };
  const xor = bits('xor-tos');
  if (xor !== undefined) return { value: xor, mask: 0 };
  throw parameterProblem('TOS: An action is required');
}

function listChange(change: TosValue, numeric: boolean): string {
  const { value, mask } = change;
  if (numeric) return `TOS set ${tosText(change)}`;
  // The tool leaves one blank too many and one out.
  const symbol = tosSymbol(change);
  if (symbol !== undefined) return ` TOS set${symbol}`;
  if (value === 0) return `TOS and ${byteText(~mask & 0xff)}`;
  if (value === mask) return `TOS or ${byteText(value)}`;
  return mask === 0 ? `TOS xor ${byteText(value)}` : `TOS set ${tosText(change)}`;
}
