import {
  DNS_RCODES,
  dnsRecordData,
  dnsTypeNumber,
  formatAddress,
  parseAddress,
  reverseName,
  searchCandidates,
  type DnsRecord,
} from '@svclab/wire';
import type { CommandContext } from '../../types.js';
import { ask, DEFAULT_QUERY, endpoint, resolvConfOf, serversOf, type Server } from '../dig/query.js';

const USAGE = 'Usage: host [-t type] hostname [server]\n';
/** Without `-t`. */
const USUAL_TYPES = ['A', 'AAAA', 'MX'];

interface Wanted {
  readonly name: string;
  readonly server?: string;
  readonly type?: string;
}

/** `host [-t TYPE] NAME [SERVER]` of BIND 9.18. */
export function host(context: CommandContext): number {
  const wanted = parseHost(context.args);
  if (!wanted) {
    context.stderr(USAGE);
    return 1;
  }
  const servers = serversOf(context, wanted.server);
  if (!servers.length) {
    context.stdout(`host: couldn't get address for '${wanted.server ?? 'localhost'}': not found\n`);
    return 1;
  }
  if (wanted.server !== undefined) {
    const [server] = servers;
    context.stdout(`Using domain server:\nName: ${wanted.server}\nAddress: ${endpoint(server!)}\nAliases: \n\n`);
  }
  return new HostLookup(context, servers).run(wanted);
}

function parseHost(args: readonly string[]): Wanted | undefined {
  const words: string[] = [];
  let type: string | undefined;
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '-t') type = args[++i]?.toUpperCase();
    else if (args[i]!.startsWith('-')) return undefined;
    else words.push(args[i]!);
  }
  const [name, server] = words;
  if (name === undefined || (type !== undefined && dnsTypeNumber(type) === undefined)) return undefined;
  return { name, ...(server !== undefined && { server }), ...(type !== undefined && { type }) };
}

class HostLookup {
  constructor(
    private readonly context: CommandContext,
    private readonly servers: readonly Server[],
  ) {}

  run({ name, type }: Wanted): number {
    const address = parseAddress(name);
    const [names, types] =
      address !== undefined && type === undefined
        ? [[reverseName(address)], ['PTR']]
        : [searchCandidates(name, resolvConfOf(this.context)), type === undefined ? USUAL_TYPES : [type]];
    for (const candidate of names) {
      const exitCode = this.#tell(candidate, types, type !== undefined);
      if (exitCode !== undefined) return exitCode;
    }
    const [code, rcode] = [DNS_RCODES.indexOf('NXDOMAIN'), 'NXDOMAIN'];
    this.context.stdout(`Host ${address === undefined ? name : names[0]} not found: ${code}(${rcode})\n`);
    return 1;
  }

  /** `undefined`: there is no such name. */
  #tell(name: string, types: readonly string[], isExplicit: boolean): number | undefined {
    const { stdout } = this.context;
    for (const [i, type] of types.entries()) {
      const { answer, troubles } = ask(this.context, this.servers, { name, type }, DEFAULT_QUERY);
      const message = answer?.message;
      for (const trouble of troubles) stdout(`${trouble}\n`);
      if (!message) {
        stdout(';; no servers could be reached\n');
        return 1;
      }
      if (message.rcode === 'NXDOMAIN' && i === 0) return undefined;
      if (message.rcode !== 'NOERROR') {
        stdout(`Host ${name.replace(/\.$/, '')} not found: ${DNS_RCODES.indexOf(message.rcode)}(${message.rcode})\n`);
        return 1;
      }
      // An alias is told once, with the first type.
      const records = i === 0 ? message.answers : message.answers.filter((record) => record.type !== 'CNAME');
      for (const record of records) stdout(`${sentence(record)}\n`);
      if (!records.length && isExplicit) stdout(`${name.replace(/\.$/, '')} has no ${type} record\n`);
    }
    return 0;
  }
}

function sentence(record: DnsRecord): string {
  const name = record.name.replace(/\.$/, '');
  switch (record.type) {
    case 'A':
      return `${name} has address ${formatAddress(record.address)}`;
    case 'AAAA':
      return `${name} has IPv6 address ${formatAddress(record.address)}`;
    case 'CNAME':
      return `${name} is an alias for ${record.target}`;
    case 'PTR':
      return `${name} domain name pointer ${record.target}`;
    case 'NS':
      return `${name} name server ${record.target}`;
    case 'TXT':
      return `${name} descriptive text ${dnsRecordData(record)}`;
    default:
      return `${name} has ${record.type} record ${dnsRecordData(record)}`;
  }
}
