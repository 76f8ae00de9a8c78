import { UsageError } from './curl-error.js';

export interface CurlOptions {
  urls: string[];
  silent: boolean;
  showError: boolean;
  include: boolean;
  head: boolean;
  verbose: boolean;
  fail: boolean;
  insecure: boolean;
  location: boolean;
  noProgressMeter: boolean;
  retryRefused: boolean;
  getWithData: boolean;
  outputs: string[];
  remoteName: boolean;
  writeOut: string;
  /** Seconds, fractions allowed; 0 means no limit. */
  maxTime: number;
  connectTimeout: number;
  retry: number;
  /** Seconds; 0 means doubling from one second. */
  retryDelay: number;
  maxRedirs: number;
  localPort: number;
  headers: string[];
  userAgent: string | undefined;
  method: string | undefined;
  data: string[];
  version: boolean;
}

type Apply = (options: CurlOptions, value: string) => void;

interface Option {
  readonly long: string;
  readonly short?: string;
  readonly argument: boolean;
  readonly apply: Apply;
}

const flag = (long: string, short: string | undefined, apply: (options: CurlOptions) => void): Option => ({
  long,
  ...(short !== undefined && { short }),
  argument: false,
  apply,
});
const value = (long: string, short: string | undefined, apply: Apply): Option => ({
  long,
  ...(short !== undefined && { short }),
  argument: true,
  apply,
});

class BadNumber extends Error {}

function number(text: string, pattern: RegExp): number {
  if (!pattern.test(text)) throw new BadNumber();
  return Number(text);
}
const seconds = (text: string): number => number(text, /^\d+(\.\d+)?$/);
const count = (text: string): number => number(text, /^\d+$/);

/** The part of curl's options that means something here; those marked as no-ops change nothing that is simulated. */
const OPTIONS: readonly Option[] = [
  flag('silent', 's', (o) => (o.silent = true)),
  flag('show-error', 'S', (o) => (o.showError = true)),
  flag('include', 'i', (o) => (o.include = true)),
  flag('head', 'I', (o) => (o.head = true)),
  flag('verbose', 'v', (o) => (o.verbose = true)),
  flag('fail', 'f', (o) => (o.fail = true)),
  flag('insecure', 'k', (o) => (o.insecure = true)),
  flag('location', 'L', (o) => (o.location = true)),
  flag('get', 'G', (o) => (o.getWithData = true)),
  flag('no-progress-meter', undefined, (o) => (o.noProgressMeter = true)),
  flag('retry-connrefused', undefined, (o) => (o.retryRefused = true)),
  flag('remote-name', 'O', (o) => (o.remoteName = true)),
  flag('version', 'V', (o) => (o.version = true)),
  value('output', 'o', (o, file) => o.outputs.push(file)),
  value('write-out', 'w', (o, format) => (o.writeOut = format)),
  value('max-time', 'm', (o, text) => (o.maxTime = seconds(text))),
  value('connect-timeout', undefined, (o, text) => (o.connectTimeout = seconds(text))),
  value('retry', undefined, (o, text) => (o.retry = count(text))),
  value('retry-delay', undefined, (o, text) => (o.retryDelay = count(text))),
  value('max-redirs', undefined, (o, text) => (o.maxRedirs = count(text))),
  value('local-port', undefined, (o, text) => (o.localPort = count(text))),
  value('header', 'H', (o, header) => o.headers.push(header)),
  value('user-agent', 'A', (o, agent) => (o.userAgent = agent)),
  value('request', 'X', (o, method) => (o.method = method)),
  value('data', 'd', (o, text) => o.data.push(text)),
  value('data-raw', undefined, (o, text) => o.data.push(text)),
  value('data-ascii', undefined, (o, text) => o.data.push(text)),
  value('data-binary', undefined, (o, text) => o.data.push(text)),
  value('url', undefined, (o, url) => o.urls.push(url)),
  // No-ops here.
  flag('ipv4', '4', () => {}),
  flag('no-buffer', 'N', () => {}),
  flag('http1.1', undefined, () => {}),
  flag('no-keepalive', undefined, () => {}),
  flag('disable', 'q', () => {}),
];

/** Options of the real program that are left out: they name themselves. */
const NOT_SIMULATED = [
  'interface',
  'proxy',
  'cacert',
  'cert',
  'key',
  'user',
  'form',
  'cookie',
  'cookie-jar',
  'resolve',
  'http2',
  'compressed',
  'ipv6',
];

/** Reads a command line as tool_getparam.c does. Throws {@link UsageError}. */
export function parseCurl(argv: readonly string[]): CurlOptions {
  const options: CurlOptions = {
    urls: [],
    silent: false,
    showError: false,
    include: false,
    head: false,
    verbose: false,
    fail: false,
    insecure: false,
    location: false,
    noProgressMeter: false,
    retryRefused: false,
    getWithData: false,
    outputs: [],
    remoteName: false,
    writeOut: '',
    maxTime: 0,
    connectTimeout: 0,
    retry: 0,
    retryDelay: 0,
    maxRedirs: 50,
    localPort: 0,
    headers: [],
    userAgent: undefined,
    method: undefined,
    data: [],
    version: false,
  };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word.startsWith('--') && word.length > 2) {
      const option = OPTIONS.find(({ long }) => long === word.slice(2));
      if (!option) throw new UsageError(refusal(word, NOT_SIMULATED.includes(word.slice(2))));
      set(options, option, word, option.argument ? argv[++i] : '');
    } else if (word.startsWith('-') && word.length > 1) {
      i += shortOptions(options, word, argv[i + 1]);
    } else options.urls.push(word);
  }
  return options;
}

/** `-sSm1`, `-s -m 1`; returns how many further words were taken. */
function shortOptions(options: CurlOptions, word: string, next: string | undefined): number {
  for (let j = 1; j < word.length; j++) {
    const option = OPTIONS.find(({ short }) => short === word[j]);
    if (!option) throw new UsageError(refusal(`-${word[j]}`, false));
    if (!option.argument) {
      option.apply(options, '');
      continue;
    }
    const attached = word.slice(j + 1);
    set(options, option, `-${word[j]}`, attached || next);
    return attached ? 0 : 1;
  }
  return 0;
}

function set(options: CurlOptions, option: Option, name: string, text: string | undefined): void {
  if (text === undefined) throw new UsageError(`option ${name}: requires parameter`);
  try {
    option.apply(options, text);
  } catch (error) {
    if (error instanceof BadNumber) throw new UsageError(`option ${name}: expected a proper numerical parameter`);
    throw error;
  }
}

const refusal = (name: string, known: boolean): string => `option ${name}: ${known ? 'is not simulated' : 'is unknown'}`;
