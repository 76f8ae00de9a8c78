import { logText } from '../../log-text.js';
import type { TokenReader } from '../lexer.js';
import type { Statement } from '../rule.js';

const DEFAULT_LEVEL = 4;
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'];

/** A line in the kernel's log (Linux: net/netfilter/nft_log.c). */
export function readLog(reader: TokenReader): Statement {
  reader.expect('log');
  let prefix = '';
  let level = DEFAULT_LEVEL;
  let flags: string[] = [];
  for (;;) {
    if (reader.accept('prefix')) prefix = reader.string().text;
    else if (reader.accept('level')) level = readLevel(reader);
    else if (reader.accept('flags')) flags = readFlags(reader);
    else break;
  }
  const all = flags.includes('all');
  const shown = { tcpSequence: all || flags.includes('tcp sequence'), macDecode: all || flags.includes('ether') };
  return {
    text: [
      'log',
      ...(prefix === '' ? [] : [`prefix "${prefix}"`]),
      ...(level === DEFAULT_LEVEL ? [] : [`level ${LEVELS[level]!}`]),
      ...(flags.length === 0 ? [] : [`flags ${all ? 'all' : flags.join(' flags ')}`]),
    ].join(' '),
    title: 'log',
    run: ({ kernel, netns, skb }) => {
      kernel.log.write(netns, level, prefix + logText(skb, shown));
      return undefined;
    },
  };
}

function readLevel(reader: TokenReader): number {
  const level = LEVELS.indexOf(reader.here.text);
  if (level < 0) throw reader.unexpected();
  reader.next();
  return level;
}

/** `all`, `skuid`, `ether`, `ip options`, `tcp sequence,options`. */
function readFlags(reader: TokenReader): string[] {
  for (const single of ['all', 'skuid', 'ether']) if (reader.accept(single)) return [single];
  if (reader.accept('ip')) {
    reader.expect('options');
    return ['ip options'];
  }
  reader.expect('tcp');
  const parts: string[] = [];
  do {
    const word = reader.word();
    if (word.text !== 'sequence' && word.text !== 'options') throw reader.unexpected();
    parts.push(word.text);
  } while (reader.accept(','));
  return parts.length === 2 ? ['tcp sequence', 'tcp options'] : [`tcp ${parts[0]!}`];
}
