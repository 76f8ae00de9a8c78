import { parseUnsigned, type OptionSet } from './extension.js';

/** `value[/mask]`, 32 bits each; without a mask all bits count. */
export function parseMarkAndMask(
  options: OptionSet,
  name: string,
  kind: 'mark' | 'integer' = 'mark',
): { readonly value: number; readonly mask: number } {
  const [valueText, maskText, ...rest] = options.value(name)!.split('/');
  const value = parseUnsigned(valueText!);
  const mask = maskText === undefined ? 0xffffffff : parseUnsigned(maskText);
  if (rest.length || value === undefined || mask === undefined || value > 0xffffffff || mask > 0xffffffff) {
    throw options.problem(`bad ${kind} value for option "--${name}", or out of range.`);
  }
  return { value, mask };
}
