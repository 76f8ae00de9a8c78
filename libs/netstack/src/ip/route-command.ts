import { formatAddress, ipv4Mask, isIpv4, parseAddress, parsePrefix, sameAddress, type Address, type Prefix } from '@svclab/wire';
import type { RouteRecord } from '../types.js';
import { takeArguments } from './arguments.js';
import { commandWord, IpError, isAbbreviation, netlinkError, type IpContext, type IpFlags } from './ip-command.js';
import type { Palette } from './palette.js';

const COMMANDS = ['add', 'append', 'change', 'replace', 'delete', 'get', 'show', 'lst', 'list', 'flush'];

/** `ip route`. */
export function routeCommand(context: IpContext, argv: readonly string[], { family, palette }: IpFlags): string {
  const command = commandWord(argv, COMMANDS, 'route');
  const rest = argv.slice(1);
  if (family === 6) return '';
  if (command === 'show') return show(context, rest, palette);
  if (command === 'get') return get(context, rest, palette);
  if (command === 'delete') return remove(context, rest);
  if (command === 'flush' && rest[0] === 'cache') return flushCache(context);
  if (command === 'add' || command === 'replace' || command === 'change') return add(context, rest, command);
  throw new IpError(`ip: route ${command} is not simulated`, 1);
}

function show(context: IpContext, argv: readonly string[], palette: Palette): string {
  const { topology, netns } = context;
  const { dev, table = 'main', words } = takeArguments(argv, ['dev', 'table', 'proto', 'scope', 'via']);
  if (table === 'local') return localTable(context, palette);
  if (table !== 'main' && table !== '254') throw netlinkError(`Error: ipv4: FIB table does not exist.\nDump terminated`);
  const wanted = words[0] === undefined ? undefined : destinationOf(words[0]);
  return topology
    .routes(netns)
    .filter((route) => dev === undefined || route.dev === dev)
    .filter((route) => !wanted || samePrefix(wanted, route.destination))
    .map((route) => `${routeLine(route, palette, dev === undefined)}\n`)
    .join('');
}

/** With the blank that iproute2 leaves after every word. */
function routeLine({ destination, via, dev, protocol, scope, src }: RouteRecord, palette: Palette, showDev: boolean): string {
  const bits = isIpv4(destination.address) ? 32 : 128;
  const length = destination.length === bits ? '' : `/${destination.length}`;
  return (
    (destination.length === 0 ? 'default ' : palette.address(destination.address, `${length} `)) +
    (via === undefined ? '' : `via ${palette.address(via, ' ')}`) +
    (showDev ? `dev ${palette.paint('ifname', `${dev} `)}` : '') +
    (protocol && protocol !== 'boot' ? `proto ${protocol} ` : '') +
    (scope === 'global' ? '' : `scope ${scope} `) +
    (src === undefined ? '' : `src ${palette.address(src, ' ')}`)
  );
}

/** Table local: what the kernel itself holds for every address. */
function localTable({ topology, netns }: IpContext, palette: Palette): string {
  const lines: { readonly at: number; readonly text: string }[] = [];
  for (const link of topology.links(netns)) {
    const dev = palette.paint('ifname', `${link.name} `);
    const line = (kind: string, address: number, length: number, scope: string, src: number) => {
      const to = palette.address(address, length === 32 ? ' ' : `/${length} `);
      lines.push({ at: address, text: `${kind} ${to}dev ${dev}proto kernel scope ${scope} src ${palette.address(src, ' ')}\n` });
    };
    for (const { prefix, broadcast } of link.up ? link.addresses : []) {
      const { address, length } = prefix;
      if (!isIpv4(address)) continue;
      if (link.kind === 'loopback') {
        const mask = ipv4Mask(length);
        line('local', (address & mask) >>> 0, length, 'host', address);
        line('local', address, 32, 'host', address);
        line('broadcast', (address | ~mask) >>> 0, 32, 'link', address);
        continue;
      }
      line('local', address, 32, 'host', address);
      if (broadcast !== undefined && isIpv4(broadcast)) line('broadcast', broadcast, 32, 'link', address);
    }
  }
  return lines
    .toSorted((a, b) => a.at - b.at)
    .map(({ text }) => text)
    .join('');
}

function flushCache({ redirects, netns }: IpContext): string {
  redirects.flush(netns);
  return '';
}

function get({ routing, redirects, netns }: IpContext, argv: readonly string[], palette: Palette): string {
  const text = argv[0] === 'to' ? argv[1] : argv[0];
  if (text === undefined) throw new IpError('need at least a destination address', 1);
  const destination = addressOf(text);
  const route = routing.lookup(netns, destination);
  if (!route) throw netlinkError('RTNETLINK answers: Network is unreachable');
  const via = sameAddress(route.nexthop, destination) ? '' : `via ${palette.address(route.nexthop, ' ')}`;
  const src = route.source === undefined ? '' : `src ${palette.address(route.source, ' ')}`;
  const local = route.kind === 'local';
  const kind = local ? 'local ' : route.kind === 'broadcast' ? 'broadcast ' : '';
  const { redirectedUntilUs: untilUs } = route;
  const cache = local ? '<local> ' : untilUs === undefined ? '' : `<redirected> expires ${redirects.secondsLeft({ untilUs })}sec `;
  return `${kind}${palette.address(destination, ' ')}${via}dev ${palette.paint('ifname', `${route.dev} `)}${src}uid 0 \n    cache ${cache}\n`;
}

function add(context: IpContext, argv: readonly string[], command: string): string {
  const { topology, netns } = context;
  const route = parseRoute(context, argv);
  const known = topology.route(netns, route.destination);
  if (command === 'add' && known) throw netlinkError('RTNETLINK answers: File exists');
  if (command === 'change' && !known) throw netlinkError('RTNETLINK answers: No such file or directory');
  topology.addRoute(route);
  return '';
}

function remove({ topology, netns }: IpContext, argv: readonly string[]): string {
  const { dev, via, words } = takeArguments(argv, ['via', 'dev', 'src', 'scope', 'proto', 'table', 'metric']);
  const destination = destinationOf(words[0] ?? 'default');
  if (dev !== undefined && !topology.link(netns, dev)) throw new IpError(`Cannot find device "${dev}"`, 1);
  const route = topology.route(netns, destination);
  const gateway = via === undefined ? undefined : addressOf(via);
  const fits =
    route &&
    (dev === undefined || route.dev === dev) &&
    (gateway === undefined || (route.via !== undefined && sameAddress(route.via, gateway)));
  if (!fits) throw netlinkError('RTNETLINK answers: No such process');
  topology.removeRoute(netns, destination);
  return '';
}

/** fib_create_info's checks: the device is up, the gateway is a neighbour, the source an own address. */
function parseRoute({ topology, routing, netns }: IpContext, argv: readonly string[]): RouteRecord {
  const {
    via: gateway,
    dev,
    src: source,
    scope,
    proto,
    metric,
    table,
    words,
  } = takeArguments(argv, ['via', 'dev', 'src', 'scope', 'proto', 'table', 'metric']);
  const unknown = words[1] ?? (metric !== undefined ? 'metric' : table !== undefined && table !== 'main' ? 'table' : undefined);
  if (unknown !== undefined) throw new IpError(`ip: route argument ${unknown} is not simulated`, 1);
  const destination = destinationOf(words[0] ?? 'default');
  if (isIpv4(destination.address) && (destination.address & ~ipv4Mask(destination.length)) !== 0)
    throw netlinkError('Error: Invalid prefix for given prefix length.');
  if (dev !== undefined && !topology.link(netns, dev)) throw new IpError(`Cannot find device "${dev}"`, 1);
  const via = gateway === undefined ? undefined : addressOf(gateway);
  const towards = via === undefined ? undefined : routing.lookup(netns, via);
  if (
    via !== undefined &&
    (towards?.kind !== 'unicast' || !sameAddress(towards.nexthop, via) || (dev !== undefined && towards.dev !== dev))
  ) {
    throw netlinkError('Error: Nexthop has invalid gateway.');
  }
  const device = dev ?? towards?.dev;
  if (device === undefined) throw netlinkError('RTNETLINK answers: No such device');
  if (!topology.link(netns, device)!.up) throw netlinkError('RTNETLINK answers: Network is down');
  const src = source === undefined ? undefined : addressOf(source);
  if (src !== undefined && !topology.localLink(netns, src)) throw netlinkError('Error: Invalid prefsrc address.');
  return {
    netns,
    destination,
    dev: device,
    scope: scopeOf(scope) ?? (via === undefined ? 'link' : 'global'),
    ...(via !== undefined && { via }),
    ...(src !== undefined && { src }),
    ...((proto === 'kernel' || proto === 'static' || proto === 'boot') && { protocol: proto }),
  };
}

function scopeOf(text: string | undefined): RouteRecord['scope'] | undefined {
  if (text === undefined || text === 'link' || text === 'host' || text === 'global') return text;
  throw new IpError(`Error: argument "${text}" is wrong: invalid "scope" value`, 255);
}

function destinationOf(text: string): Prefix {
  if (text === 'default' || isAbbreviation(text, 'any', 3) || text === 'all') return { address: 0, length: 0 };
  const prefix = parsePrefix(text);
  if (!prefix.ok) throw new IpError(`Error: inet prefix is expected rather than "${text}".`, 1);
  return prefix.value;
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new IpError(`Error: any valid address is expected rather than "${text}".`, 1);
  return address;
}

const samePrefix = (a: Prefix, b: Prefix): boolean => a.length === b.length && formatAddress(a.address) === formatAddress(b.address);
