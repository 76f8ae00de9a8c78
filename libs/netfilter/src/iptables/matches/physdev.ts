import { bang, type MatchExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

/** In the order in which the tool prints them. */
const CONDITIONS = [
  { option: 'physdev-is-in', values: 0 },
  { option: 'physdev-in', values: 1 },
  { option: 'physdev-is-out', values: 0 },
  { option: 'physdev-out', values: 1 },
  { option: 'physdev-is-bridged', values: 0 },
] as const;

/** `-m physdev`: the bridge port of a bridged packet (Linux: net/netfilter/xt_physdev.c). */
// Simplification: bridged packets do not pass iptables here (bridge-nf-call-iptables is off), so no packet has a bridge port.
export const physdev: MatchExtension = {
  name: 'physdev',
  options: CONDITIONS.map(({ option, values }) => ({ name: option, values, invertible: true })),
  parse(options) {
    const given = CONDITIONS.filter(({ option }) => options.has(option));
    if (given.length === 0) throw parameterProblem('PHYSDEV: no physdev option specified');
    const inverted = given.every(({ option }) => options.isInverted(option));
    const text = given
      .map(({ option }) => [`${bang(options.isInverted(option))}--${option}`, options.value(option)].filter(Boolean).join(' '))
      .join(' ');
    return {
      name: 'physdev',
      text,
      list: () => `PHYSDEV match ${text}`,
      test: () => inverted,
      explain: () => 'it has come by no bridge port',
    };
  },
};
