/** One command of a recorded transcript, and what the real tool answered: both streams, then the exit code. */
export interface Recorded {
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly answer: string;
  readonly line: number;
}

/**
 * Reads a transcript: `$ command` starts an entry (`<<END` … `END` is its standard
 * input), the lines below are the answer, `[exit N]` its exit code. Each `# --` line
 * starts a fresh namespace.
 */
export function readTranscript(text: string): Recorded[][] {
  const namespaces: Recorded[][] = [];
  const lines = text.split('\n').slice(0, -1);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.startsWith('# --')) namespaces.push([]);
    if (!line.startsWith('$ ')) continue;
    const start = i;
    const heredoc = line.endsWith(' <<END');
    const stdin: string[] = [];
    if (heredoc) while (lines[++i] !== 'END') stdin.push(lines[i]!);
    const answer: string[] = [];
    while (i + 1 < lines.length && !/^(\$ |# --)/.test(lines[i + 1]!)) answer.push(lines[++i]!);
    namespaces.at(-1)!.push({
      argv: shellWords(heredoc ? line.slice(2, -' <<END'.length) : line.slice(2)),
      stdin: stdin.map((each) => `${each}\n`).join(''),
      answer: answer.map((each) => `${each}\n`).join(''),
      line: start + 1,
    });
  }
  return namespaces;
}

/** Words as a shell splits them: single quotes, double quotes with backslashes. */
function shellWords(text: string): string[] {
  const words = text.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|[^\s'"])+/g);
  return [...words].map(([word]) =>
    word.replace(
      /'([^']*)'|"((?:\\.|[^"\\])*)"/g,
      (_, single?: string, double?: string) => single ?? double!.replace(/\\(["\\$`])/g, '$1'),
    ),
  );
}
