import { hostsEntries } from '@svclab/cluster';
import { absoluteName, formatAddress, isIpv4, parseAddress, reverseName, type Address } from '@svclab/wire';
import type { CommandContext } from '../../types.js';
import { ask, DEFAULT_QUERY, serversOf } from '../dig/query.js';

const NOT_FOUND = 2;
const USAGE_ERROR = 1;
const SOCKET_TYPES = ['STREAM', 'DGRAM', 'RAW'];

/** Databases that are simulated: names and addresses of hosts. */
const DATABASES: { readonly [name: string]: (context: CommandContext, key: string) => readonly string[] } = {
  hosts,
  ahosts: (context, key) => everySocketType(context, key, () => true),
  ahostsv4: (context, key) => everySocketType(context, key, isIpv4),
  ahostsv6: (context, key) => everySocketType(context, key, (address) => !isIpv4(address)),
};

/** `getent hosts|ahosts NAME…`: what the C library finds, as any program would. */
export function getent(context: CommandContext): number {
  const [database, ...keys] = context.args;
  if (database === undefined) {
    context.stderr('getent: wrong number of arguments\n');
    return USAGE_ERROR;
  }
  const find = Object.hasOwn(DATABASES, database) ? DATABASES[database] : undefined;
  if (!find) {
    context.stderr(`Unknown database: ${database}\n`);
    return USAGE_ERROR;
  }
  if (!keys.length) {
    for (const { address, names } of hostsEntries(context.files.read('/etc/hosts') ?? ''))
      context.stdout(hostLine(address, names.join(' ')));
    return 0;
  }
  let exitCode = 0;
  for (const key of keys) {
    const lines = find(context, key);
    if (!lines.length) exitCode = NOT_FOUND;
    for (const line of lines) context.stdout(line);
  }
  return exitCode;
}

function hosts(context: CommandContext, key: string): readonly string[] {
  const address = parseAddress(key);
  if (address !== undefined) return nameOf(context, address).map((name) => hostLine(address, name));
  const lookup = context.world.lookUp(context.at, key);
  return lookup.ok ? lookup.addresses.map((found) => hostLine(found, lookup.canonicalName)) : [];
}

/** gethostbyaddr(3): `/etc/hosts`, then a PTR record. */
function nameOf(context: CommandContext, address: Address): readonly string[] {
  const text = formatAddress(address);
  const listed = hostsEntries(context.files.read('/etc/hosts') ?? '').find((entry) => formatAddress(entry.address) === text);
  if (listed) return [listed.names.join(' ')];
  const servers = serversOf(context, undefined);
  if (!servers.length) return [];
  const { answer } = ask(context, servers, { name: absoluteName(reverseName(address)), type: 'PTR' }, DEFAULT_QUERY);
  const pointers = answer?.message?.answers.flatMap((record) => (record.type === 'PTR' ? [record.target.replace(/\.$/, '')] : [])) ?? [];
  return pointers.slice(0, 1);
}

function everySocketType(context: CommandContext, key: string, isWanted: (address: Address) => boolean): readonly string[] {
  const literal = parseAddress(key);
  const lookup =
    literal === undefined ? context.world.lookUp(context.at, key) : { ok: true as const, addresses: [literal], canonicalName: key };
  if (!lookup.ok) return [];
  let canonicalName = lookup.canonicalName;
  return lookup.addresses.filter(isWanted).flatMap((address) =>
    SOCKET_TYPES.map((type) => {
      const line = `${formatAddress(address).padEnd(15)} ${type.padEnd(6)} ${canonicalName}\n`;
      canonicalName = '';
      return line;
    }),
  );
}

const hostLine = (address: Address, names: string): string => `${formatAddress(address).padEnd(15)} ${names}\n`;
