import { takeToken } from '../../token-bucket.js';
import type { MatchExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

/** Rates are kept as a period, in ten-thousandths of a second per packet (Linux: `XT_LIMIT_SCALE`). */
const SCALE = 10_000;
/** Largest unit first; the tool accepts any beginning of a long name and prints the short one. */
const UNITS = [
  { name: 'day', word: 'day', seconds: 86_400 },
  { name: 'hour', word: 'hour', seconds: 3600 },
  { name: 'min', word: 'minute', seconds: 60 },
  { name: 'sec', word: 'second', seconds: 1 },
] as const;
type Unit = (typeof UNITS)[number];

const DEFAULT_RATE = '3/hour';
const DEFAULT_BURST = 5;
const MOST_BURST = 10_000;

/**
 * `-m limit`: a token bucket per rule. The nft-based tools hand it to the kernel as a native
 * expression (Linux: net/netfilter/nft_limit.c), whose clock is finer than xt_limit's jiffies.
 */
export const limit: MatchExtension = {
  name: 'limit',
  options: [
    { name: 'limit', values: 1 },
    { name: 'limit-burst', values: 1 },
  ],
  parse(options, _protocol, slot) {
    const { count, unit } = printable(parsePeriod(options.value('limit') ?? DEFAULT_RATE));
    const burst = options.number('limit-burst', 0, MOST_BURST) || DEFAULT_BURST;
    const intervalUs = Math.floor((unit.seconds * 1_000_000) / count);
    const rate = `${count}/${unit.name}`;
    return {
      name: 'limit',
      text: `--limit ${rate}${burst === DEFAULT_BURST ? '' : ` --limit-burst ${burst}`}`,
      list: () => `limit: avg ${rate} burst ${burst}`,
      stateful: true,
      test: ({ counters, kernel }) => takeToken(counters, slot, kernel.nowUs, intervalUs, burst),
      explain: (_context, matched) => `${matched ? 'within' : 'beyond'} the limit of ${rate} after a burst of ${burst}`,
    };
  },
};

/** libxt_limit.c, `parse_rate`. */
function parsePeriod(text: string): number {
  const [countText, unitText] = text.split('/', 2);
  const unit = unitText === undefined ? UNITS.at(-1) : UNITS.find(({ word }) => unitText !== '' && word.startsWith(unitText.toLowerCase()));
  const count = parseInt(countText!, 10);
  if (!unit || !(count > 0)) throw parameterProblem(`bad rate "${text}"'`);
  const period = Math.floor((SCALE * unit.seconds) / count);
  if (period === 0) throw parameterProblem(`Rate too fast "${text}"`);
  return period;
}

/** libxt_limit.c, `print_rate`: the smallest unit that still says the rate exactly enough. */
function printable(period: number): { readonly count: number; readonly unit: Unit } {
  let chosen: Unit = UNITS[0];
  for (const unit of UNITS.slice(1)) {
    const scaled = unit.seconds * SCALE;
    if (period > scaled || Math.floor(scaled / period) < scaled % period) break;
    chosen = unit;
  }
  return { count: Math.floor((chosen.seconds * SCALE) / period), unit: chosen };
}
