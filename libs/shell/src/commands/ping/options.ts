/** What the command line of iputils `ping` asks for. Times in µs. */
export interface PingOptions {
  readonly destination: string;
  readonly count: number;
  readonly intervalUs: number;
  /** How long to wait for the last answer (`-W`). */
  readonly waitUs: number;
  /** When to stop whatever has come (`-w`). */
  readonly deadlineUs: number;
  readonly ttl: number;
  readonly size: number;
  readonly quiet: boolean;
}

export type Parsed = { readonly options: PingOptions } | { readonly error: string; readonly exitCode: number };

const SECOND_US = 1_000_000;
const NUMBERS = { c: 'count', i: 'interval', W: 'wait', w: 'deadline', t: 'ttl', s: 'size' } as const;
const FLAGS = 'nq4';
const usage = '\nUsage\n  ping [options] <destination>\n\nOptions:\n  <destination>      DNS name or IP address\n';

/** Options may stand together (`-nc1`) and before or after the destination, as getopt allows. */
export function parsePing(argv: readonly string[]): Parsed {
  const numbers: { [name in (typeof NUMBERS)[keyof typeof NUMBERS]]?: number } = {};
  const flags = new Set<string>();
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (!/^-./.test(word)) {
      words.push(word);
      continue;
    }
    for (let j = 1; j < word.length; j++) {
      const letter = word[j]!;
      if (FLAGS.includes(letter)) {
        flags.add(letter);
        continue;
      }
      if (!(letter in NUMBERS)) return { error: `ping: invalid option -- '${letter}'\n${usage}`, exitCode: 2 };
      const text = word.slice(j + 1) || argv[++i];
      if (text === undefined) return { error: `ping: option requires an argument -- '${letter}'\n${usage}`, exitCode: 2 };
      const fractional = letter === 'i' || letter === 'W';
      if (!(fractional ? /^\d+(\.\d+)?$/ : /^\d+$/).test(text)) return { error: `ping: invalid argument: '${text}'\n`, exitCode: 1 };
      numbers[NUMBERS[letter as keyof typeof NUMBERS]] = Number(text);
      break;
    }
  }
  const destination = words.at(-1);
  if (destination === undefined) return { error: 'ping: usage error: Destination address required\n', exitCode: 1 };
  const { count = Infinity, interval = 1, wait = 10, deadline = Infinity, ttl = 64, size = 56 } = numbers;
  if (count < 1) return { error: `ping: invalid argument: '${count}': out of range: 1 <= value <= 9223372036854775807\n`, exitCode: 1 };
  if (ttl < 1 || ttl > 255) return { error: `ping: invalid argument: '${ttl}': out of range: 0 <= value <= 255\n`, exitCode: 1 };
  if (interval < 0.002)
    return { error: `ping: cannot flood, minimal interval for user must be >= 2 ms, use -i 0.002 (or higher)\n`, exitCode: 2 };
  return {
    options: {
      destination,
      count,
      intervalUs: interval * SECOND_US,
      waitUs: wait * SECOND_US,
      deadlineUs: deadline * SECOND_US,
      ttl,
      size,
      quiet: flags.has('q'),
    },
  };
}
