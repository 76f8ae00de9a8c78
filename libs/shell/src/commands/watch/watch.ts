import { parseDurationUs } from '../posix/sleep.js';
import type { Command, CommandContext } from '../../types.js';

interface Options {
  everyUs: number;
  title: boolean;
  differences: boolean;
  /** The program is run by itself, not by a shell. */
  direct: boolean;
  readonly words: readonly string[];
}

const HOME_AND_CLEAR = '\x1b[H\x1b[J';
const [REVERSE, PLAIN] = ['\x1b[7m', '\x1b[27m'];
const SHORTEST_US = 100_000;
const USUAL_ROWS = 24;

/** `watch [-n seconds] [-d] [-t] [-x] command`: runs it again and again and shows the screen that it makes (procps `watch`). */
export const watch: Command = async (context) => {
  const options = parse(context.args);
  if (typeof options === 'string') {
    context.stderr(`watch: ${options}\n\nUsage:\n watch [options] command\n`);
    return 1;
  }
  let before: readonly string[] | undefined;
  for (;;) {
    context.endless();
    const lines = await screenOf(context, options);
    const shown = options.differences && before ? lines.map((line, row) => marked(line, before![row] ?? '')) : lines;
    context.stdout(`${HOME_AND_CLEAR}${options.title ? header(context, options) : ''}${shown.map((line) => `${line}\n`).join('')}`);
    before = lines;
    await context.sleep(options.everyUs);
  }
};

function parse(args: readonly string[]): Options | string {
  let at = 0;
  const options = { everyUs: 2_000_000, title: true, differences: false, direct: false };
  for (; args[at]?.startsWith('-') && args[at] !== '--'; at++) {
    const [, letters = '', value = ''] = /^-([a-z]*?n?)([\d.]*)$/.exec(args[at]!.replace(/^--interval=?/, '-n')) ?? [];
    if (letters === '' || !/^[dtxbecn]+$/.test(letters)) return `unrecognized option '${args[at]}'`;
    if (letters.includes('t')) options.title = false;
    if (letters.includes('d')) options.differences = true;
    if (letters.includes('x')) options.direct = true;
    if (!letters.endsWith('n')) continue;
    const text = value || (args[++at] ?? '');
    const us = parseDurationUs(text);
    if (us === undefined) return `failed to parse argument: '${text}'`;
    options.everyUs = Math.max(SHORTEST_US, us);
  }
  if (args[at] === '--') at++;
  const words = args.slice(at);
  return words.length === 0 ? 'no command given' : { ...options, words };
}

/** What the command writes, cut to the screen. */
async function screenOf(context: CommandContext, { words, direct, title }: Options): Promise<readonly string[]> {
  let text = '';
  await context.run(direct ? words : words.join(' '), { shell: 'sh', stdin: '', capture: (piece) => (text += piece) });
  const rows = (context.rows ?? USUAL_ROWS) - (title ? 2 : 0);
  const lines = text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .slice(0, Math.max(1, rows));
  return context.columns === undefined ? lines : lines.map((line) => [...line].slice(0, context.columns).join(''));
}

function header({ columns = 80, env, world }: CommandContext, { everyUs, words }: Options): string {
  const left = `Every ${(everyUs / 1e6).toFixed(1)}s: ${words.join(' ')}`;
  const right = `${env.get('HOSTNAME') ?? 'localhost'}: ${ctime(world.sim.nowUs)}`;
  return `${left.slice(0, Math.max(0, columns - right.length - 1)).padEnd(columns - right.length)}${right}\n\n`;
}

/** `Sat Sep 28 10:15:30 2024`. */
function ctime(us: number): string {
  const [, weekday, day, month, year, clock] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(us / 1000).toUTCString())!;
  return `${weekday} ${month} ${day!.replace(/^0/, ' ')} ${clock} ${year}`;
}

/** Characters that were others a moment ago stand out. */
function marked(line: string, before: string): string {
  const old = [...before];
  return [...line]
    .map((character, at) => (character === (old[at] ?? ' ') ? character : `${REVERSE}${character}${PLAIN}`))
    .join('')
    .replaceAll(`${PLAIN}${REVERSE}`, '');
}
