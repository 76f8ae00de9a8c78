import type { TokenReader } from '../lexer.js';
import type { Statement } from '../rule.js';
import { printVerdict, readVerdict } from '../verdict.js';

/** Ends the rule (Linux: net/netfilter/nft_immediate.c). */
export function readVerdictStatement(reader: TokenReader): Statement {
  const { verdict, chainAt } = readVerdict(reader);
  return {
    text: printVerdict(verdict),
    isTerminal: true,
    ...('chain' in verdict && { chains: [{ name: verdict.chain, at: chainAt! }] }),
    run: () => verdict,
  };
}
