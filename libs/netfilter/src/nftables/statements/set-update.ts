import { printDuration } from '../durations.js';
import { readDurationMs } from '../elements.js';
import type { TokenReader } from '../lexer.js';
import { NO_MATCH, type Statement } from '../rule.js';
import { Subject } from './subject.js';

/**
 * `update @set { ip saddr [timeout 10s] }`: the packet's own address becomes an element, or lives on (Linux:
 * net/netfilter/nft_dynset.c). `add` leaves the life of one that is there as it is; `delete` removes it.
 */
export function readSetUpdate(reader: TokenReader, slot: number): Statement {
  const operation = reader.word().text as 'add' | 'update' | 'delete';
  const { from } = reader.expect('@');
  const name = reader.word();
  reader.expect('{');
  const subject = Subject.read(reader, slot);
  const timeoutMs = reader.accept('timeout') ? readDurationMs(reader) : undefined;
  reader.expect('}');
  const text = `${operation} @${name.text} { ${subject.text}${timeoutMs === undefined ? '' : ` timeout ${printDuration(timeoutMs)}`} }`;
  return {
    text,
    title: text,
    ...subject.traits,
    sets: [{ name: name.text, at: { from, to: name.to } }],
    run: (context) => {
      const values = subject.values(context);
      const set = context.table.set(name.text);
      if (!values || !set) return NO_MATCH;
      // A full set takes no more: the rule does not match.
      return set.update(operation, values, timeoutMs, context.kernel.nowUs) ? undefined : NO_MATCH;
    },
    explain: (context, matched) =>
      matched ? '' : `set ${name.text} takes no more than ${context.table.set(name.text)?.record.size} elements`,
  };
}
