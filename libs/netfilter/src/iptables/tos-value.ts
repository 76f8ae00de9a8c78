import { parseUnsigned, type OptionSet } from './extension.js';
import { parameterProblem } from './tool-error.js';

/** A value of the TOS byte and the bits of it that count. */
export interface TosValue {
  readonly value: number;
  readonly mask: number;
}

/** RFC 1349; they leave the two lowest bits, which are ECN's today, alone (iptables: extensions/tos_values.c). */
const SYMBOLS: { readonly [name: string]: number } = {
  'Minimize-Delay': 0x10,
  'Maximize-Throughput': 0x08,
  'Maximize-Reliability': 0x04,
  'Minimize-Cost': 0x02,
  'Normal-Service': 0x00,
};
const SYMBOL_MASK = 0x3f;

/** `value[/mask]` or a symbolic name. */
export function parseTos(options: OptionSet, name: string): TosValue {
  const text = options.value(name)!;
  const [valueText, maskText] = text.split('/', 2);
  const value = parseUnsigned(valueText!);
  if (value === undefined) return parseSymbol(text);
  const mask = maskText === undefined ? 0xff : parseUnsigned(maskText);
  if (mask === undefined || value > 0xff || mask > 0xff) {
    throw options.problem(`bad value for option "--${name}", or out of range (0-255).`);
  }
  return { value, mask };
}

function parseSymbol(text: string): TosValue {
  const found = Object.keys(SYMBOLS).filter((name) => name.toLowerCase().startsWith(text.toLowerCase()));
  if (found.length !== 1) throw parameterProblem(`Symbolic name "${text}" is ${found.length ? 'ambiguous' : 'unknown'}`);
  return { value: SYMBOLS[found[0]!]!, mask: SYMBOL_MASK };
}

export const byteText = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

export const tosText = ({ value, mask }: TosValue): string => `${byteText(value)}/${byteText(mask)}`;

/** `undefined` for a value without a name. */
export const tosSymbol = ({ value, mask }: TosValue): string | undefined =>
  mask === SYMBOL_MASK ? Object.keys(SYMBOLS).find((name) => SYMBOLS[name] === value) : undefined;
