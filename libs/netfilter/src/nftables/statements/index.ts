import type { TokenReader } from '../lexer.js';
import type { Statement } from '../rule.js';
import type { StatementEnvironment } from '../rule-parser.js';
import { beginsVerdict } from '../verdict.js';
import { readCounter } from './counter.js';
import { readLimit } from './limit.js';
import { readLog } from './log.js';
import { readMarkChange } from './mark.js';
import { readMatch } from './match.js';
import { readMasquerade, readRedirect, readTranslation } from './nat.js';
import { readReject } from './reject.js';
import { readSetUpdate } from './set-update.js';
import { readVerdictStatement } from './verdict-statement.js';

type StatementReader = (reader: TokenReader, environment: StatementEnvironment) => Statement;

/** Statements by the word that they begin with; everything else asks something of the packet. */
const READERS: Readonly<Record<string, StatementReader>> = {
  reject: (reader, { family }) => readReject(reader, family),
  dnat: readTranslation,
  snat: readTranslation,
  masquerade: readMasquerade,
  redirect: readRedirect,
  log: readLog,
  counter: (reader, { slot }) => readCounter(reader, slot),
  limit: (reader, { slot }) => readLimit(reader, slot),
  add: (reader, { slot }) => readSetUpdate(reader, slot),
  update: (reader, { slot }) => readSetUpdate(reader, slot),
  delete: (reader, { slot }) => readSetUpdate(reader, slot),
  notrack: readNotrack,
};

/** Reads one statement of a rule. Throws `NftProblem`. */
export function readStatement(reader: TokenReader, environment: StatementEnvironment): Statement {
  const { text, kind } = reader.here;
  if (kind === 'word' && Object.hasOwn(READERS, text)) return READERS[text]!(reader, environment);
  if (kind === 'word' && beginsVerdict(text)) return readVerdictStatement(reader);
  const target = markTarget(reader);
  return target ? readMarkChange(reader, environment.slot, target) : readMatch(reader, environment.slot);
}

/** Reads `meta mark set`, `mark set` or `ct mark set` where they stand. */
function markTarget(reader: TokenReader): 'meta' | 'ct' | undefined {
  const first = reader.here.text;
  const words = first === 'mark' ? 2 : 3;
  const isMark = first === 'mark' || ((first === 'meta' || first === 'ct') && reader.peek(1).text === 'mark');
  if (!isMark || reader.peek(words - 1).text !== 'set') return undefined;
  for (let i = 0; i < words; i++) reader.next();
  return first === 'ct' ? 'ct' : 'meta';
}

/** No connection shall be tracked for this packet; one that already has its connection keeps it. */
function readNotrack(reader: TokenReader): Statement {
  reader.expect('notrack');
  return {
    text: 'notrack',
    title: 'notrack',
    needsConntrack: true,
    run: ({ skb }) => {
      if (!skb.ct) skb.untracked = true;
      return undefined;
    },
  };
}
