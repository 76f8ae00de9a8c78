/** Commands by letter or long name, as error texts call them. */
const COMMANDS = {
  A: 'add-service',
  E: 'edit-service',
  D: 'delete-service',
  C: 'flush',
  L: 'list',
  a: 'add-server',
  d: 'delete-server',
  e: 'edit-server',
  set: 'set',
  R: 'restore',
  S: 'save',
  Z: 'zero',
} as const;

export type IpvsadmCommand = keyof typeof COMMANDS;

const COMMAND_WORDS: { readonly [word: string]: IpvsadmCommand | 'h' | 'v' } = {
  'add-service': 'A',
  'edit-service': 'E',
  'delete-service': 'D',
  clear: 'C',
  list: 'L',
  l: 'L',
  'add-server': 'a',
  'delete-server': 'd',
  'edit-server': 'e',
  restore: 'R',
  save: 'S',
  zero: 'Z',
  help: 'h',
  version: 'v',
  ...Object.fromEntries(Object.keys(COMMANDS).map((letter) => [letter, letter as IpvsadmCommand])),
  h: 'h',
  v: 'v',
};

type ArgumentKind = 'none' | 'required' | 'optional';

/** Options in the order in which they are checked against the command. */
// Simplification: tunnels (`--tun-type` and its kind), persistence engines and synchronisation daemons are not there.
const OPTIONS = {
  n: { name: 'numeric', argument: 'none' },
  c: { name: 'connection', argument: 'none' },
  service: { name: 'service-address', argument: 'required' },
  s: { name: 'scheduler', argument: 'required' },
  p: { name: 'persistent', argument: 'optional' },
  M: { name: 'netmask', argument: 'required' },
  r: { name: 'real-server', argument: 'required' },
  forward: { name: 'forwarding-method', argument: 'none' },
  w: { name: 'weight', argument: 'required' },
  x: { name: 'u-threshold', argument: 'required' },
  y: { name: 'l-threshold', argument: 'required' },
  timeout: { name: 'timeout', argument: 'none' },
  daemon: { name: 'daemon', argument: 'none' },
  stats: { name: 'stats', argument: 'none' },
  rate: { name: 'rate', argument: 'none' },
  thresholds: { name: 'thresholds', argument: 'none' },
  'persistent-conn': { name: 'persistent-conn', argument: 'none' },
  nosort: { name: 'nosort', argument: 'none' },
  X: { name: 'exact', argument: 'none' },
  o: { name: 'ops', argument: 'none' },
  b: { name: 'sched-flags', argument: 'required' },
} as const satisfies { readonly [option: string]: { readonly name: string; readonly argument: ArgumentKind } };

export type IpvsadmOption = keyof typeof OPTIONS;

/** Ways to write options whose word is not their key. */
const OPTION_WORDS: { readonly [word: string]: IpvsadmOption } = {
  t: 'service',
  u: 'service',
  f: 'service',
  'tcp-service': 'service',
  'udp-service': 'service',
  'sctp-service': 'service',
  'fwmark-service': 'service',
  m: 'forward',
  i: 'forward',
  g: 'forward',
  masquerading: 'forward',
  ipip: 'forward',
  gatewaying: 'forward',
  ...Object.fromEntries(Object.entries(OPTIONS).map(([key, { name }]) => [name, key as IpvsadmOption])),
  ...Object.fromEntries(
    Object.keys(OPTIONS)
      .filter((key) => key !== 'service' && key !== 'forward')
      .map((key) => [key, key as IpvsadmOption]),
  ),
};

/** What a command must have (`+`), may have, and of which it takes one alone (`1`): `commands_v_options` of ipvsadm.c. */
const RULES: { readonly [command in IpvsadmCommand]: { readonly [option in IpvsadmOption]?: '+' | ' ' | '1' } } = {
  A: { service: '+', s: ' ', p: ' ', M: ' ', o: ' ', b: ' ' },
  E: { service: '+', s: ' ', p: ' ', M: ' ', o: ' ', b: ' ' },
  D: { service: '+' },
  C: {},
  L: {
    n: ' ',
    c: '1',
    service: '1',
    timeout: '1',
    daemon: '1',
    stats: ' ',
    rate: ' ',
    thresholds: ' ',
    'persistent-conn': ' ',
    nosort: ' ',
    X: ' ',
  },
  a: { service: '+', r: '+', forward: ' ', w: ' ', x: ' ', y: ' ' },
  d: { service: '+', r: '+' },
  e: { service: '+', r: '+', forward: ' ', w: ' ', x: ' ', y: ' ' },
  set: {},
  R: {},
  S: { n: ' ' },
  Z: { service: ' ' },
};

/** The tool gives up: `status` 2 for what it finds wrong itself, 255 for what popt does. */
export class IpvsadmExit extends Error {
  constructor(
    readonly text: string,
    readonly status: number,
  ) {
    super(text);
  }

  static fail(message: string): IpvsadmExit {
    return new IpvsadmExit(`${message}\n`, 2);
  }

  static tryHelp(): IpvsadmExit {
    return new IpvsadmExit("Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n", 255);
  }
}

/** An option as it was written: `word` without its dashes. */
export interface OptionUse {
  readonly option: IpvsadmOption;
  readonly word: string;
  readonly value: string | undefined;
}

export interface CommandLine {
  readonly command: IpvsadmCommand | 'h' | 'v';
  readonly options: readonly OptionUse[];
  /** Words that belong to no option. */
  readonly rest: readonly string[];
}

/** Splits a command line as popt does: `-Ln` are two, the command stands first. Throws {@link IpvsadmExit}. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const words = splitOptions(argv);
  const first = words.find((word) => word.startsWith('-'));
  const command = first === undefined ? undefined : COMMAND_WORDS[first.replace(/^--?/, '')];
  if (first === undefined || command === undefined) throw IpvsadmExit.tryHelp();
  const options: OptionUse[] = [];
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === first) continue;
    if (!word.startsWith('-')) {
      rest.push(word);
      continue;
    }
    const name = word.replace(/^--?/, '');
    if (name === 'sort') continue;
    const option = Object.hasOwn(OPTION_WORDS, name) ? OPTION_WORDS[name]! : undefined;
    if (!option) {
      if (Object.hasOwn(COMMAND_WORDS, name)) throw IpvsadmExit.fail(`invalid option \`${word}'`);
      throw new IpvsadmExit(`${word}: unknown option\n`, 255);
    }
    const value = takesValue(option, words[i + 1]) ? words[++i] : undefined;
    if (OPTIONS[option].argument === 'required' && value === undefined) throw new IpvsadmExit(`${word}: missing argument\n`, 255);
    if (options.some((use) => use.option === option)) throw IpvsadmExit.fail(`multiple '${OPTIONS[option].name}' options specified`);
    options.push({ option, word: name, value });
  }
  return { command, options, rest };
}

function takesValue(option: IpvsadmOption, next: string | undefined): boolean {
  const { argument } = OPTIONS[option];
  if (argument === 'none' || next === undefined) return false;
  return argument === 'required' || !next.startsWith('-');
}

/** `-Ln` → `-L`, `-n`; `-t10.0.0.1:80` and `--weight=5` → the option and its value. */
function splitOptions(argv: readonly string[]): string[] {
  return argv.flatMap((word) => {
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      return equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
    }
    if (!word.startsWith('-') || word.length <= 2) return [word];
    const split: string[] = [];
    for (let i = 1; i < word.length; i++) {
      split.push(`-${word[i]}`);
      const option = Object.hasOwn(OPTION_WORDS, word[i]!) ? OPTION_WORDS[word[i]!] : undefined;
      if (option === undefined || OPTIONS[option].argument === 'none' || i === word.length - 1) continue;
      return [...split, word.slice(i + 1)];
    }
    return split;
  });
}

/** Whether the command takes these options (`generic_opt_check`). Throws {@link IpvsadmExit}. */
export function checkOptions(command: IpvsadmCommand, options: readonly OptionUse[]): void {
  const rules = RULES[command];
  let alone: string | undefined;
  for (const [key, { name }] of Object.entries(OPTIONS)) {
    const rule = rules[key as IpvsadmOption];
    if (!options.some(({ option }) => option === key)) {
      if (rule === '+') throw IpvsadmExit.fail(`You need to supply the '${name}' option for the '${COMMANDS[command]}' command`);
      continue;
    }
    if (rule === undefined) throw IpvsadmExit.fail(`Illegal '${name}' option with the '${COMMANDS[command]}' command`);
    if (rule !== '1') continue;
    if (alone !== undefined) {
      throw IpvsadmExit.fail(`The option '${name}' conflicts with the '${alone}' option in the '${COMMANDS[command]}' command`);
    }
    alone = name;
  }
}
