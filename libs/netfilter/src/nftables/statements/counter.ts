import type { TokenReader } from '../lexer.js';
import type { Statement } from '../rule.js';

/** Counts packets and bytes (Linux: net/netfilter/nft_counter.c). */
export function readCounter(reader: TokenReader, slot: number): Statement {
  reader.expect('counter');
  let packets = 0;
  let bytes = 0;
  if (reader.accept('packets')) {
    packets = reader.number();
    reader.expect('bytes');
    bytes = reader.number();
  }
  return {
    text: 'counter',
    numbers: [packets, bytes],
    print: (numbers) => `counter packets ${numbers[slot] ?? 0} bytes ${numbers[slot + 1] ?? 0}`,
    run: ({ numbers, packet }) => {
      numbers[slot] = (numbers[slot] ?? 0) + 1;
      numbers[slot + 1] = (numbers[slot + 1] ?? 0) + packet.length;
      return undefined;
    },
  };
}
