/**
 * Scenario files: one text form for tests, docs and labs.
 *
 *     why: one line that says what would be lost without this file
 *     profile: kind
 *     seed: 7
 *
 *     # a comment, between blocks
 *
 *     === an-id
 *     at: node/myk8s-worker        (default: host)
 *     exit: 28                     (default: 0; `any` where it does not matter)
 *     --- command
 *     one or more lines
 *     --- output
 *     what stdout must be; without this part only the exit code counts
 *
 * Output is compared without its outer blank lines.
 */
export interface Scenario {
  readonly header: Readonly<Record<string, string>>;
  readonly blocks: readonly ScenarioBlock[];
}

export interface ScenarioBlock {
  readonly id: string;
  readonly line: number;
  readonly keys: Readonly<Record<string, string>>;
  readonly command: string;
  readonly output: string | undefined;
}

export function parseScenario(text: string): Scenario {
  const lines = text.split('\n');
  const header: Record<string, string> = {};
  const blocks: ScenarioBlock[] = [];
  let i = 0;
  for (; i < lines.length && !lines[i]!.startsWith('=== '); i++) readKey(lines[i]!, header, i);
  while (i < lines.length) {
    const line = i + 1;
    const id = lines[i++]!.slice(4).trim();
    if (blocks.some((block) => block.id === id)) throw new SyntaxError(`line ${line}: there are two blocks ${id}`);
    const keys: Record<string, string> = {};
    for (; i < lines.length && !lines[i]!.startsWith('--- '); i++) readKey(lines[i]!, keys, i);
    if (lines[i] !== '--- command') throw new SyntaxError(`line ${i + 1}: block ${id} has no command`);
    const part = (): string => {
      const start = ++i;
      while (i < lines.length && !lines[i]!.startsWith('=== ') && lines[i] !== '--- output') i++;
      return trimBlankLines(lines.slice(start, i).join('\n'));
    };
    const command = part();
    const output = lines[i] === '--- output' ? part() : undefined;
    blocks.push({ id, line, keys, command, output });
  }
  return { header, blocks };
}

function readKey(line: string, into: Record<string, string>, index: number): void {
  if (!line.trim() || line.startsWith('#')) return;
  const match = /^([a-z-]+): (.*)$/.exec(line);
  if (!match) throw new SyntaxError(`line ${index + 1}: neither a comment nor "key: value": ${line}`);
  into[match[1]!] = match[2]!.trim();
}

export const trimBlankLines = (text: string): string => text.replace(/^(?:[ \t\r]*\n)+/, '').replace(/(?:\n[ \t\r]*)+$/, '');
