import { logText, type LogFlags } from '../../log-text.js';
import type { OptionSet, TargetExtension } from '../extension.js';
import { quote } from '../quoting.js';
import { parameterProblem } from '../tool-error.js';

/** Linux: `NF_LOG_PREFIXLEN` of xt_LOG, its final zero byte included. */
const MOST_PREFIX_LENGTH = 29;
const DEFAULT_LEVEL = 4;

/** As syslog(3) numbers them. `-L` prints the first name of each. */
const LEVELS: readonly (readonly string[])[] = [
  ['emerg', 'panic'],
  ['alert'],
  ['crit'],
  ['err', 'error'],
  ['warn', 'warning'],
  ['notice'],
  ['info'],
  ['debug'],
];
/** Names that the tool prints but does not accept. */
const ONLY_PRINTED = ['err', 'warn'];

/** In the order of their bits (Linux: include/uapi/linux/netfilter/nf_log.h); the sixth is not for IPv4. */
const FLAGS = [
  { option: 'log-tcp-sequence', bit: 1, title: 'tcp-sequence' },
  { option: 'log-tcp-options', bit: 2, title: 'tcp-options' },
  { option: 'log-ip-options', bit: 4, title: 'ip-options' },
  { option: 'log-uid', bit: 8, title: 'uid' },
  { option: 'log-macdecode', bit: 32, title: 'macdecode' },
] as const;

/** `-j LOG`: a line in the kernel's log (Linux: net/netfilter/xt_LOG.c). */
export const log: TargetExtension = {
  name: 'LOG',
  options: [
    { name: 'log-level', values: 1 },
    { name: 'log-prefix', values: 1 },
    ...FLAGS.map(({ option }) => ({ name: option, values: 0 as const })),
  ],
  parse(options) {
    const prefix = (options.value('log-prefix') ?? '').slice(0, MOST_PREFIX_LENGTH);
    const level = parseLevel(options);
    const flags = FLAGS.filter(({ option }) => options.has(option));
    const shown: LogFlags = { tcpSequence: options.has('log-tcp-sequence'), macDecode: options.has('log-macdecode') };
    return {
      name: 'LOG',
      text: [
        ...(prefix ? [`--log-prefix ${quote(prefix)}`] : []),
        ...(level === DEFAULT_LEVEL ? [] : [`--log-level ${level}`]),
        ...flags.map(({ option }) => `--${option}`),
      ].join(' '),
      list: (numeric) => {
        const words = numeric
          ? [`flags ${flags.reduce((sum, { bit }) => sum | bit, 0)} level ${level}`]
          : [`level ${LEVELS[level]![0]!}`, ...flags.map(({ title }) => title)];
        return ['LOG', ...words, ...(prefix ? [`prefix "${prefix}"`] : [])].join(' ');
      },
      apply: ({ kernel, netns, skb }) => {
        kernel.log.write(netns, level, prefix + logText(skb, shown));
        return 'continue';
      },
    };
  },
};

function parseLevel(options: OptionSet): number {
  const text = options.value('log-level');
  if (text === undefined) return DEFAULT_LEVEL;
  const level = /^[0-7]$/.test(text) ? Number(text) : LEVELS.findIndex((names) => names.includes(text) && !ONLY_PRINTED.includes(text));
  if (level < 0) throw parameterProblem(`log level "${text}" unknown\n`);
  return level;
}
