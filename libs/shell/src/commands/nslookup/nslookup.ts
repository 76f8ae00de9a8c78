import {
  absoluteName,
  dnsRecordData,
  dnsTypeNumber,
  formatAddress,
  parseAddress,
  reverseName,
  searchCandidates,
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
} from '@svclab/wire';
import type { CommandContext } from '../../types.js';
import { ask, DEFAULT_QUERY, endpoint, resolvConfOf, serversOf, type Asked, type Server } from '../dig/query.js';

/** What is looked up. */
interface Wanted {
  readonly name: string;
  readonly server?: string;
  /** `undefined`: addresses of both families. */
  readonly type?: string;
}

/** `nslookup [-type=TYPE] NAME [SERVER]` of BIND 9.18, or of busybox where the image has that. */
export function nslookup(context: CommandContext): number {
  const parsed = parseNslookup(context.args);
  if ('error' in parsed) {
    context.stderr(parsed.error);
    return 1;
  }
  const servers = serversOf(context, parsed.server);
  const [server] = servers;
  if (!server) {
    context.stdout(`nslookup: couldn't get address for '${parsed.server ?? 'localhost'}': not found\n`);
    return 1;
  }
  const isBusybox = context.world.container(context.at)?.userland === 'busybox';
  return isBusybox ? new BusyboxLookup(context, servers).run(parsed) : new BindLookup(context, servers).run(parsed);
}

// Simplification: nslookup has no interactive mode and knows -type, -query and -port of its options.
function parseNslookup(args: readonly string[]): Wanted | { readonly error: string } {
  const words: string[] = [];
  let type: string | undefined;
  for (const arg of args) {
    const asked = /^-(?:q|qu\w*|ty?\w*)=(\S+)$/.exec(arg)?.[1];
    if (asked !== undefined) type = asked.toUpperCase();
    else if (!arg.startsWith('-')) words.push(arg);
  }
  if (type !== undefined && dnsTypeNumber(type) === undefined) return { error: `unknown query type: ${type}\n` };
  const [name, server] = words;
  if (name === undefined) return { error: 'nslookup: a name is needed: there is no interactive mode here\n' };
  return { name, ...(server !== undefined && { server }), ...(type !== undefined && { type }) };
}

class BindLookup {
  constructor(
    private readonly context: CommandContext,
    private readonly servers: readonly Server[],
  ) {}

  run({ name, type }: Wanted): number {
    const address = parseAddress(name);
    if (address !== undefined && type === undefined) return this.#report([{ name: reverseName(address), type: 'PTR' }], false);
    const types = type === undefined ? ['A', 'AAAA'] : [type];
    let exitCode = 1;
    const candidates = searchCandidates(name, resolvConfOf(this.context));
    for (const [i, candidate] of candidates.entries()) {
      const questions = types.map((wanted) => ({ name: candidate, type: wanted }));
      exitCode = this.#report(questions, i < candidates.length - 1);
      if (exitCode !== NEXT_NAME) return exitCode;
    }
    return exitCode;
  }

  /** Prints what is said of one name; a name that does not exist stays unsaid while others are left. */
  #report(questions: readonly DnsQuestion[], hasOthers: boolean): number {
    const { stdout } = this.context;
    const [first] = questions;
    let hasSaidServer = false;
    for (const question of questions) {
      const asked = ask(this.context, this.servers, question, DEFAULT_QUERY);
      const message = asked.answer?.message;
      for (const trouble of asked.troubles) stdout(`${trouble}\n`);
      if (!message) {
        stdout(';; no servers could be reached\n\n');
        return 1;
      }
      if (message.rcode === 'NXDOMAIN' && hasOthers) return NEXT_NAME;
      if (!hasSaidServer) stdout(`Server:\t\t${formatAddress(asked.server.address)}\nAddress:\t${endpoint(asked.server)}\n\n`);
      if (message.rcode !== 'NOERROR') {
        stdout(`** server can't find ${question.name.replace(/\.$/, '')}: ${message.rcode}\n\n`);
        return 1;
      }
      stdout(this.#answer(question, message, hasSaidServer));
      hasSaidServer = true;
    }
    if (first!.type !== 'PTR') stdout('\n');
    return 0;
  }

  /** The second family adds what it has, and is silent about what it has not. */
  #answer({ name }: DnsQuestion, { authoritative, answers }: DnsMessage, isSecond: boolean): string {
    if (!answers.length) return isSecond ? '' : `*** Can't find ${name.replace(/\.$/, '')}: No answer\n`;
    const intro = authoritative || isSecond ? '' : 'Non-authoritative answer:\n';
    const shown = isSecond ? answers.filter(({ type }) => type !== 'CNAME') : answers;
    return intro + shown.map(recordText).join('') + (answers.some(({ type }) => type === 'PTR') ? '\n' : '');
  }
}

/** Not an exit code: the next name of the search list is to be tried. */
const NEXT_NAME = -1;

function recordText(record: DnsRecord): string {
  const name = record.name.replace(/\.$/, '');
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return `Name:\t${name}\nAddress: ${formatAddress(record.address)}\n`;
    case 'CNAME':
      return `${name}\tcanonical name = ${record.target}\n`;
    case 'PTR':
      return `${name}\tname = ${record.target}\n`;
    case 'NS':
      return `${name}\tnameserver = ${record.target}\n`;
    case 'SRV':
      return `${name}\tservice = ${dnsRecordData(record)}\n`;
    case 'TXT':
      return `${name}\ttext = ${dnsRecordData(record)}\n`;
    case 'SOA':
      return (
        `${name}\n\torigin = ${record.primary.replace(/\.$/, '')}\n\tmail addr = ${record.mailbox.replace(/\.$/, '')}\n\tserial = ${record.serial}\n` +
        `\trefresh = ${record.refresh}\n\tretry = ${record.retry}\n\texpire = ${record.expire}\n\tminimum = ${record.minimum}\n`
      );
  }
}

/** Only names without a dot are searched for, under every domain of the list; each question gets its answer. Source: busybox `networking/nslookup.c`. */
class BusyboxLookup {
  constructor(
    private readonly context: CommandContext,
    private readonly servers: readonly Server[],
  ) {}

  run({ name, type }: Wanted): number {
    const [server] = this.servers;
    const address = formatAddress(server!.address);
    this.context.stdout(`Server:\t\t${address}\nAddress:\t${address}:${server!.port}\n\n`);
    const questions = this.#questions(name, type);
    const asked = questions.map((question) => ({ question, ...ask(this.context, this.servers, question, DEFAULT_QUERY) }));
    if (asked.every(({ answer }) => !answer?.message)) {
      this.context.stdout(';; connection timed out; no servers could be reached\n\n');
      return 1;
    }
    const failures = asked.filter((one) => !this.#say(one));
    return failures.length ? 1 : 0;
  }

  #questions(name: string, type: string | undefined): readonly DnsQuestion[] {
    const address = parseAddress(name);
    if (address !== undefined && type === undefined) return [{ name: reverseName(address), type: 'PTR' }];
    const { search } = resolvConfOf(this.context);
    const names = name.includes('.') || !search.length ? [name] : search.map((domain) => `${name}.${domain}`);
    return (type === undefined ? ['A', 'AAAA'] : [type]).flatMap((wanted) =>
      names.map((searched) => ({ name: absoluteName(searched), type: wanted })),
    );
  }

  #say({ question, answer }: Asked & { readonly question: DnsQuestion }): boolean {
    const { stdout } = this.context;
    const message = answer?.message;
    const name = question.name.replace(/\.$/, '');
    if (!message || message.rcode !== 'NOERROR') {
      stdout(`** server can't find ${name}: ${message?.rcode ?? 'Parse error'}\n\n`);
      return false;
    }
    if (!message.authoritative) stdout('Non-authoritative answer:\n');
    stdout(`${message.answers.length ? message.answers.map(recordText).join('') : `*** Can't find ${name}: No answer\n`}\n`);
    return true;
  }
}
