import { takeToken } from '../../token-bucket.js';
import type { TokenReader } from '../lexer.js';
import { NO_MATCH, type Statement } from '../rule.js';

const UNIT_SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3_600, day: 86_400, week: 604_800 };
const DEFAULT_BURST = 5;

/** `limit rate [over] 10/second [burst 5 packets]`: matches as long as there are tokens (Linux: net/netfilter/nft_limit.c). */
export function readLimit(reader: TokenReader, slot: number): Statement {
  reader.expect('limit');
  reader.expect('rate');
  const isOver = reader.accept('over');
  const [countText, unit] = reader.here.text.split('/');
  const seconds = UNIT_SECONDS[unit ?? ''];
  const count = Number(countText);
  // Simplification: rates count packets; `limit rate 10 kbytes/second` is not there.
  if (!seconds || !(count > 0)) throw reader.unexpected();
  reader.next();
  let burst = DEFAULT_BURST;
  if (reader.accept('burst')) {
    burst = reader.number();
    reader.expect('packets');
  }
  const rate = `${count}/${unit}`;
  const intervalUs = Math.floor((seconds * 1_000_000) / count);
  return {
    text: `limit rate ${isOver ? 'over ' : ''}${rate}${burst === DEFAULT_BURST ? '' : ` burst ${burst} packets`}`,
    numbers: [0],
    run: ({ numbers, kernel }) => (takeToken(numbers, slot, kernel.nowUs, intervalUs, burst) === isOver ? NO_MATCH : undefined),
    explain: (_context, matched) => `${matched === isOver ? 'beyond' : 'within'} the limit of ${rate} after a burst of ${burst}`,
  };
}
