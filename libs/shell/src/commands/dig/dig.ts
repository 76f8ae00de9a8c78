import { absoluteName, dnsRecordData, isDnsName, searchCandidates, type DnsMessage, type DnsQuestion } from '@svclab/wire';
import type { CommandContext } from '../../types.js';
import { messageText } from './message-text.js';
import { parseDig, type DigOptions } from './options.js';
import { ask, endpoint, resolvConfOf, serversOf, type Asked, type QueryOptions, type Server } from './query.js';

/** Alpine 3.20 of the netshoot image has this one. */
export const BIND_VERSION = '9.18.27';
const UDP_SIZE = 1232;
const NO_ANSWER = 9;
const USAGE_ERROR = 1;
const FATAL = 10;

/** `dig` of BIND 9.18. */
export function dig(context: CommandContext): number {
  const parsed = parseDig(context.args);
  if ('error' in parsed) {
    context.stderr(parsed.error);
    return USAGE_ERROR;
  }
  const { options } = parsed;
  if (options.version) {
    context.stdout(`DiG ${BIND_VERSION}\n`);
    return 0;
  }
  const illegal = options.questions.find(({ name }) => !isDnsName(name));
  if (illegal) {
    context.stderr(`dig: '${illegal.name}' is not a legal name (${illegal.name.includes('..') ? 'empty label' : 'label too long'})\n`);
    return FATAL;
  }
  const servers = serversOf(context, options.server, options.port);
  if (!servers.length) {
    context.stderr(
      options.server === undefined ? 'dig: no nameservers\n' : `dig: couldn't get address for '${options.server}': not found\n`,
    );
    return FATAL;
  }
  let exitCode = 0;
  for (const [i, question] of options.questions.entries())
    exitCode = new DigLookup(context, options, servers, i === 0).run(question) || exitCode;
  return exitCode;
}

/** One question of a command line, and what is printed of its answer. */
class DigLookup {
  constructor(
    private readonly context: CommandContext,
    private readonly options: DigOptions,
    private readonly servers: readonly Server[],
    private readonly isFirst: boolean,
  ) {}

  run(question: DnsQuestion): number {
    const cookie = this.options.edns && this.options.cookie ? this.context.world.sim.random('resolver').hex(16) : undefined;
    const asked = this.#search(question, cookie);
    const { stdout } = this.context;
    for (const trouble of asked.troubles) stdout(`${trouble}\n`);
    this.#greet();
    if (!asked.answer?.message) {
      stdout(';; no servers could be reached\n\n');
      return NO_ANSWER;
    }
    this.#print(asked, asked.answer.message, cookie);
    return 0;
  }

  /** Names are asked for as they are, unless `+search` says otherwise; the last answer is shown. */
  #search({ name, type }: DnsQuestion, cookie: string | undefined): Asked {
    const { search, ndots } = this.options;
    const conf = resolvConfOf(this.context);
    const names = search ? searchCandidates(name, { ...conf, ndots: ndots ?? conf.ndots }) : [absoluteName(name)];
    let asked: Asked | undefined;
    for (const candidate of names) {
      asked = ask(this.context, this.servers, { name: candidate, type }, this.#query(cookie));
      if (asked.answer?.message?.rcode !== 'NXDOMAIN') break;
    }
    return asked!;
  }

  #query(cookie: string | undefined): QueryOptions {
    const { tcp, timeoutSeconds, tries, recurse, adflag, edns } = this.options;
    const message: Partial<DnsMessage> = {
      recursionDesired: recurse,
      authenticatedData: adflag,
      ...(edns && { edns: { udpSize: UDP_SIZE, ...(cookie !== undefined && { cookie }) } }),
    };
    return { tcp, timeoutUs: timeoutSeconds * 1_000_000, tries, message };
  }

  #greet(): void {
    const { display, server } = this.options;
    if (!display.cmd || display.short || !this.isFirst) return;
    const found = server === undefined ? '' : '; (1 server found)\n';
    this.context.stdout(`\n; <<>> DiG ${BIND_VERSION} <<>> ${this.context.args.join(' ')}\n${found};; global options: +cmd\n`);
  }

  #print(asked: Asked, message: DnsMessage, cookie: string | undefined): void {
    const { display } = this.options;
    const { stdout } = this.context;
    if (display.short) {
      for (const record of message.answers) stdout(`${dnsRecordData(record)}\n`);
      return;
    }
    if (display.comments) stdout(';; Got answer:\n');
    stdout(messageText(message, display, cookie));
    if (display.stats) stdout(this.#statistics(asked));
  }

  #statistics({ server, answer, tcp }: Asked): string {
    const { elapsedUs, bytes } = answer!;
    return [
      `;; Query time: ${Math.floor(elapsedUs / 1000)} msec`,
      `;; SERVER: ${endpoint(server)}(${server.given}) (${tcp ? 'TCP' : 'UDP'})`,
      `;; WHEN: ${when(this.context.world.sim.nowUs)}`,
      `;; MSG SIZE  rcvd: ${bytes!.length}`,
      '\n',
    ].join('\n');
  }
}

/** `Sat Sep 28 00:00:00 UTC 2024`. */
function when(nowUs: number): string {
  const [, day, date, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(nowUs / 1000).toUTCString())!;
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}
