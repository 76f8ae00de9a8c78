import { address as wellKnown, ipv4Mask, isIpv4, parsePrefix, sameAddress, type Address, type Prefix } from '@svclab/wire';
import type { LinkAddress, LinkRecord } from '../types.js';
import { commandWord, IpError, netlinkError, type IpContext, type IpFlags } from './ip-command.js';
import { briefState, hardwareText, linkLine, nameAtPeer, peerNamespaceText } from './link-text.js';
import { takeArguments } from './arguments.js';

const COMMANDS = ['add', 'change', 'replace', 'delete', 'show', 'lst', 'list', 'flush'];
const LIFETIME = '       valid_lft forever preferred_lft forever';

/** `ip address`. */
export function addressCommand(context: IpContext, argv: readonly string[], flags: IpFlags): string {
  const command = commandWord(argv, COMMANDS, 'address');
  const rest = argv.slice(1);
  if (command === 'show') return show(context, rest, flags);
  if (command === 'add' || command === 'replace' || command === 'change') return add(context, rest, command);
  if (command === 'delete') return remove(context, rest);
  return flush(context, rest);
}

function show({ topology, netns }: IpContext, argv: readonly string[], flags: IpFlags): string {
  const { dev, words } = takeArguments(argv, ['dev']);
  const up = words.includes('up');
  const name = dev ?? words.find((word) => word !== 'up');
  const links = name === undefined ? topology.links(netns) : [existing(topology.link(netns, name), name)];
  return links
    .filter((link) => !up || link.up)
    .map((link) => {
      const addresses = link.addresses.filter(
        ({ prefix }) => flags.family === undefined || isIpv4(prefix.address) === (flags.family === 4),
      );
      if (flags.family !== undefined && !addresses.length) return '';
      if (flags.brief) return briefLine(topology, link, addresses, flags);
      if (flags.oneline)
        return addresses.map((a) => `${link.ifindex}: ${link.name}    ${addressText(link, a, flags)}\\${LIFETIME}\n`).join('');
      const head = linkLine(topology, link, flags.palette, { mode: false });
      const hardware = flags.family === undefined ? `\n    ${hardwareText(link, flags.palette)}` : '';
      return (
        `${head}${hardware}${peerNamespaceText(link)}\n` +
        addresses.map((a) => `    ${addressText(link, a, flags)}\n${LIFETIME}\n`).join('')
      );
    })
    .join('');
}

function briefLine(topology: IpContext['topology'], link: LinkRecord, addresses: readonly LinkAddress[], { palette }: IpFlags): string {
  const list = addresses.map(({ prefix }) => `${palette.address(prefix.address)}/${prefix.length} `).join('');
  const name = palette.paint('ifname', `${nameAtPeer(topology, link).padEnd(16)} `);
  return `${name}${briefState(topology, link, palette)}${list}\n`;
}

function addressText(link: LinkRecord, { prefix, broadcast, scope, flags: marks }: LinkAddress, { palette }: IpFlags): string {
  const v4 = isIpv4(prefix.address);
  return (
    `${v4 ? 'inet' : 'inet6'} ${palette.address(prefix.address)}/${prefix.length} ` +
    (broadcast === undefined ? '' : `brd ${palette.address(broadcast, ' ')}`) +
    `scope ${scope} ${marks === undefined ? '' : `${marks} `}${v4 ? link.name : ''}`
  );
}

function add(context: IpContext, argv: readonly string[], command: string): string {
  const { topology, netns } = context;
  const { prefix, link, options } = parseChange(context, argv);
  const broadcast = broadcastOf(prefix, options.broadcast ?? options.brd);
  const address: LinkAddress = {
    prefix,
    scope: scopeOf(options.scope, prefix.address),
    ...(broadcast !== undefined && { broadcast }),
  };
  if (topology.addAddress(netns, link.name, address)) return '';
  if (command !== 'add') return '';
  throw netlinkError('Error: ipv4: Address already assigned.');
}

function remove(context: IpContext, argv: readonly string[]): string {
  const { prefix, link } = parseChange(context, argv);
  const held = link.addresses.some(
    (a) => sameAddress(a.prefix.address, prefix.address) && (prefix.length === a.prefix.length || !argv[0]!.includes('/')),
  );
  if (!held) throw netlinkError('Error: ipv4: Address not found.');
  context.topology.removeAddress(context.netns, link.name, prefix.address);
  return '';
}

function flush({ topology, netns }: IpContext, argv: readonly string[]): string {
  const { dev, words } = takeArguments(argv, ['dev']);
  const name = dev ?? words[0];
  if (name === undefined) throw new IpError('Flush requires arguments.', 1);
  const link = existing(topology.link(netns, name), name);
  for (const { prefix } of link.addresses) topology.removeAddress(netns, name, prefix.address);
  return '';
}

function parseChange(
  { topology, netns }: IpContext,
  argv: readonly string[],
): { prefix: Prefix; link: LinkRecord; options: Record<string, string | undefined> } {
  const { words, ...options } = takeArguments(argv, ['dev', 'scope', 'broadcast', 'brd', 'label', 'local']);
  const text = options.local ?? words[0] ?? '';
  const prefix = parsePrefix(text);
  if (!prefix.ok) throw new IpError(`Error: any valid prefix is expected rather than "${text}".`, 1);
  if (options.dev === undefined) throw new IpError('Not enough information: "dev" argument is required.', 1);
  const link = topology.link(netns, options.dev);
  if (!link) throw new IpError(`Cannot find device "${options.dev}"`, 1);
  return { prefix: prefix.value, link, options };
}

function broadcastOf({ address, length }: Prefix, text: string | undefined): Address | undefined {
  if (text === undefined || !isIpv4(address)) return undefined;
  if (text === '+') return (address | ~ipv4Mask(length)) >>> 0;
  return wellKnown(text);
}

function scopeOf(text: string | undefined, address: Address): LinkAddress['scope'] {
  if (text === undefined) return isIpv4(address) && address >>> 24 === 127 ? 'host' : 'global';
  if (text === 'global' || text === 'link' || text === 'host') return text;
  throw new IpError(`Error: argument "${text}" is wrong: invalid scope value.`, 1);
}

export function existing(link: Readonly<LinkRecord> | undefined, name: string): LinkRecord {
  if (!link) throw new IpError(`Device "${name}" does not exist.`, 1);
  return link;
}
