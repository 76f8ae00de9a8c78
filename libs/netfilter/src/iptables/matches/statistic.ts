import { bang, type MatchExtension, type OptionSet, type RuleContext } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

/** Probabilities are fractions of this. */
const ONE = 2 ** 31;

/** `-m statistic`: by chance, or every nth packet (Linux: net/netfilter/xt_statistic.c). */
export const statistic: MatchExtension = {
  name: 'statistic',
  options: [
    { name: 'mode', values: 1 },
    { name: 'probability', values: 1, invertible: true },
    { name: 'every', values: 1, invertible: true, needs: 'packet' },
    { name: 'packet', values: 1, needs: 'every' },
  ],
  parse(options, _protocol, slot) {
    const mode = options.value('mode') ?? 'random';
    if (!options.has('mode') && options.has('probability')) throw options.problem('option "--mode" must be specified');
    if (mode === 'random') return random(options);
    if (mode === 'nth') return nth(options, slot);
    throw parameterProblem(`Bad mode "${mode}"`);
  },
};

function random(options: OptionSet): ReturnType<MatchExtension['parse']> {
  const text = options.value('probability');
  if (text === undefined) throw parameterProblem('--probability must be specified when using random mode');
  const probability = /^\d*\.?\d+(?:[eE][-+]?\d+)?$|^\d+\.$/.test(text) ? Number(text) : NaN;
  if (!(probability >= 0 && probability <= 1)) throw options.problem('bad value for option "--probability", or out of range (0-1).');
  // The kernel holds 31 bits of it, which is why 0.3333333333 is printed back as 0.33333333349.
  const threshold = Math.round(probability * ONE);
  const inverted = options.isInverted('probability');
  const printed = `${bang(inverted)}--probability ${(threshold / ONE).toFixed(11)}`;
  return {
    name: 'statistic',
    text: `--mode random ${printed}`,
    list: () => `statistic mode random ${printed.replace('--', '')}`,
    test: (context) => {
      context.chanceThreshold = inverted ? ONE - threshold : threshold;
      return context.kernel.chance.below(threshold) !== inverted;
    },
    explain: (_context, matched) =>
      `chance ${matched ? 'took it' : 'passed it over'}: probability ${(inverted ? 1 - threshold / ONE : threshold / ONE).toFixed(11)}`,
  };
}

function nth(options: OptionSet, slot: number): ReturnType<MatchExtension['parse']> {
  const every = options.number('every', 1, 0xffffffff);
  const first = options.number('packet', 0, 0xffffffff) ?? 0;
  if (every === undefined) throw parameterProblem('--every must be specified when using nth mode');
  if (first >= every) throw parameterProblem('the --packet p must be 0 <= p <= n-1');
  const inverted = options.isInverted('every');
  const next = (context: RuleContext): boolean => {
    const seen = (context.counters[slot] ?? every - 1 - first) + 1;
    const hit = seen >= every;
    context.counters[slot] = hit ? 0 : seen;
    return hit;
  };
  return {
    name: 'statistic',
    text: `--mode nth ${bang(inverted)}--every ${every} --packet ${first}`,
    list: () => `statistic mode nth ${bang(inverted)}every ${every}${first ? ` packet ${first}` : ''}`,
    test: (context) => next(context) !== inverted,
    explain: (_context, matched) => `its turn ${matched ? 'came' : 'did not come'}: one packet in ${every}`,
    stateful: true,
  };
}
