import { err, ok, type Result } from '@svclab/sim';
import { absoluteName } from '@svclab/wire';

/** One plugin of a server block as it is written. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  /** Lines of its own block in braces, as words. */
  readonly block: readonly (readonly string[])[];
  /** Counted from 1. */
  readonly line: number;
}

/** Zones, absolute and in lower case, that one list of plugins answers for on one port. */
export interface ServerBlock {
  readonly zones: readonly string[];
  readonly port: number;
  readonly directives: readonly Directive[];
}

const DNS_PORT = 53;

interface Word {
  readonly text: string;
  readonly line: number;
}

/**
 * Parses a Corefile; errors are worded as Caddy's, which CoreDNS is built on.
 * Source: coredns/caddy `caddyfile/parse.go`.
 */
// Simplification: snippets, `import` and environment variables of a Corefile are not supported.
export function parseCorefile(text: string): Result<readonly ServerBlock[], string> {
  const words = wordsOf(text);
  const blocks: ServerBlock[] = [];
  let at = 0;
  while (at < words.length) {
    const open = words.findIndex(({ text: word }, i) => i >= at && word === '{');
    if (open < 0) return failure(words.at(-1)!.line, 'Unexpected EOF, expecting {');
    const keys = words.slice(at, open).flatMap(({ text: word }) => word.split(',').filter((key) => key !== ''));
    const body = readDirectives(words, open + 1);
    if (!body.ok) return body;
    const served = keys.map(serverKey);
    for (const port of new Set(served.map((key) => key.port))) {
      const zones = served.filter((key) => key.port === port).map(({ zone }) => zone);
      blocks.push({ zones, port, directives: body.value.directives });
    }
    at = body.value.next;
  }
  return ok(blocks);
}

export const failure = (line: number, message: string): Result<never, string> => err(`Corefile:${line} - Error during parsing: ${message}`);

/** Words with their lines; `#` at the start of a word begins a comment. */
function wordsOf(text: string): Word[] {
  return text.split('\n').flatMap((content, index) => {
    const words = [...content.matchAll(/"((?:[^"\\]|\\.)*)"|#.*|\S+/g)];
    return words
      .filter(([word]) => !word.startsWith('#'))
      .map((match) => ({ text: match[1]?.replaceAll('\\"', '"') ?? match[0], line: index + 1 }));
  });
}

/** `.:53`, `cluster.local`, `dns://example.org:1053`. */
function serverKey(key: string): { readonly zone: string; readonly port: number } {
  const [, zone = '', port] = /^(?:dns:\/\/)?(.*?)(?::(\d+))?$/.exec(key)!;
  return { zone: absoluteName(zone.toLowerCase()), port: port === undefined ? DNS_PORT : Number(port) };
}

/** The plugins between the braces of a server block. */
function readDirectives(words: readonly Word[], start: number): Result<{ directives: Directive[]; next: number }, string> {
  const directives: Directive[] = [];
  let at = start;
  for (;;) {
    const first = words[at];
    if (!first) return failure(words.at(-1)!.line, "Unexpected EOF, expecting '}'");
    if (first.text === '}') return ok({ directives, next: at + 1 });
    const line = lineFrom(words, at);
    at += line.length;
    const opens = line.at(-1)!.text === '{';
    const block = opens ? readBlock(words, at) : ok({ block: [], next: at });
    if (!block.ok) return block;
    at = block.value.next;
    const args = line.slice(1, opens ? -1 : undefined).map(({ text }) => text);
    directives.push({ name: first.text, args, block: block.value.block, line: first.line });
  }
}

function readBlock(words: readonly Word[], start: number): Result<{ block: string[][]; next: number }, string> {
  const block: string[][] = [];
  for (let at = start; ;) {
    if (at >= words.length) return failure(words.at(-1)!.line, "Unexpected EOF, expecting '}'");
    if (words[at]!.text === '}') return ok({ block, next: at + 1 });
    const line = lineFrom(words, at);
    block.push(line.map(({ text }) => text));
    at += line.length;
  }
}

/** Words from `at` to the end of their line. */
function lineFrom(words: readonly Word[], at: number): readonly Word[] {
  let end = at + 1;
  while (words[end]?.line === words[at]!.line) end++;
  return words.slice(at, end);
}
