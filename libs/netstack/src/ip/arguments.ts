import { IpError } from './ip-command.js';

/** Splits `10.0.0.0/8 via 10.1.1.1 dev eth0` into keyword arguments and the words left over. */
export function takeArguments<K extends string>(
  argv: readonly string[],
  keywords: readonly K[],
): { [keyword in K]?: string } & { words: string[] } {
  const taken: { [keyword: string]: string } = {};
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (!(keywords as readonly string[]).includes(word)) {
      words.push(word);
      continue;
    }
    const value = argv[++i];
    if (value === undefined) throw new IpError('Command line is not complete. Try option "help"', 255);
    taken[word] = value;
  }
  return { ...taken, words } as { [keyword in K]?: string } & { words: string[] };
}
