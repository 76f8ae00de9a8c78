import type { OptionSet } from './extension.js';
import { parameterProblem } from './tool-error.js';

const MOST_DSCP = 0x3f;

/** RFC 2474, 2597 and 3246; iptables: extensions/dscp_helper.c. */
const CLASSES: { readonly [name: string]: number } = {
  CS0: 0x00,
  CS1: 0x08,
  CS2: 0x10,
  CS3: 0x18,
  CS4: 0x20,
  CS5: 0x28,
  CS6: 0x30,
  CS7: 0x38,
  BE: 0x00,
  AF11: 0x0a,
  AF12: 0x0c,
  AF13: 0x0e,
  AF21: 0x12,
  AF22: 0x14,
  AF23: 0x16,
  AF31: 0x1a,
  AF32: 0x1c,
  AF33: 0x1e,
  AF41: 0x22,
  AF42: 0x24,
  AF43: 0x26,
  EF: 0x2e,
};

/** The value of `--<prefix>dscp` or `--<prefix>dscp-class`; `undefined` when neither was given. */
export function parseDscp(options: OptionSet, prefix: '' | 'set-'): number | undefined {
  const name = options.value(`${prefix}dscp-class`);
  if (name === undefined) return options.number(`${prefix}dscp`, 0, MOST_DSCP);
  const value = CLASSES[name.toUpperCase()];
  if (value === undefined) throw parameterProblem(`Invalid DSCP value \`${name}'`);
  return value;
}

export { byteText as dscpText } from './tos-value.js';

/** The upper six bits of the TOS byte. */
export const dscpOf = (tos: number): number => tos >>> 2;
