import { hash64, hashText } from '@svclab/sim';
import { existing } from './address-command.js';
import { takeArguments } from './arguments.js';
import { commandWord, IpError, type IpContext, type IpFlags } from './ip-command.js';
import { briefState, flags, hardwareText, linkLine, nameAtPeer, peerNamespaceText } from './link-text.js';

const COMMANDS = ['add', 'delete', 'set', 'show', 'lst', 'list'];

/** `ip link`. */
export function linkCommand(context: IpContext, argv: readonly string[], options: IpFlags): string {
  const command = commandWord(argv, COMMANDS, 'link');
  if (command === 'show') return show(context, argv.slice(1), options);
  if (command === 'set') return set(context, argv.slice(1));
  if (command === 'add') return add(context, argv.slice(1));
  if (command === 'delete') return remove(context, argv.slice(1));
  throw new IpError(`ip: link ${command} is not simulated`, 1);
}

function show({ topology, netns }: IpContext, argv: readonly string[], { brief, oneline, palette }: IpFlags): string {
  const { dev, words } = takeArguments(argv, ['dev']);
  const up = words.includes('up');
  const name = dev ?? words.find((word) => word !== 'up');
  const links = name === undefined ? topology.links(netns) : [existing(topology.link(netns, name), name)];
  return links
    .filter((link) => !up || link.up)
    .map((link) => {
      if (brief) {
        const title = palette.paint('ifname', `${nameAtPeer(topology, link).padEnd(16)} `);
        return `${title}${briefState(topology, link, palette)}${palette.paint('mac', `${link.mac} `)}<${flags(topology, link)}> \n`;
      }
      const head = linkLine(topology, link, palette, { mode: true });
      return `${head}${oneline ? '\\' : '\n'}    ${hardwareText(link, palette)}${peerNamespaceText(link)}\n`;
    })
    .join('');
}

/** Only dummies can be made: what a cable leads to is the sandbox's business. */
function add({ topology, netns }: IpContext, argv: readonly string[]): string {
  const { type, name = '', txqueuelen, words } = takeArguments(argv, ['type', 'name', 'txqueuelen', 'dev']);
  const link = name || words[0];
  if (type === undefined || link === undefined) throw new IpError('Not enough information: "type" argument is required', 255);
  if (type !== 'dummy') throw new IpError(`ip: link add type ${type} is not simulated`, 1);
  if (link.length > MOST_NAME_LENGTH) throw new IpError(`Error: argument "${link}" is wrong: "name" not a valid ifname`, 255);
  if (topology.link(netns, link)) throw new IpError('RTNETLINK answers: File exists', 2);
  const qlen = txqueuelen ?? '1000';
  topology.addLink({
    netns,
    name: link,
    kind: 'dummy',
    up: false,
    mac: dummyMac(netns, link),
    ...(qlen !== '0' && { display: { qlen } }),
  });
  return '';
}

function remove({ topology, netns }: IpContext, argv: readonly string[]): string {
  const { dev, words } = takeArguments(argv, ['dev', 'type']);
  const name = dev ?? words[0];
  if (name === undefined || !topology.link(netns, name)) throw new IpError(`Cannot find device "${name ?? ''}"`, 1);
  if (topology.link(netns, name)!.kind === 'loopback') throw new IpError('RTNETLINK answers: Operation not supported', 2);
  topology.removeLink(netns, name);
  return '';
}

/** Linux: `IFNAMSIZ`, its final zero byte left out. */
const MOST_NAME_LENGTH = 15;

// Simplification: the kernel draws a dummy's address; here it comes of the names, so that the tool needs no chance.
function dummyMac(netns: string, name: string): string {
  const text = hashText(hash64(`${netns}|${name}`));
  // Bit 1 of the first byte: given locally. Bit 0: nobody's group.
  const first = ((parseInt(text.slice(0, 2), 16) & 0xfc) | 2).toString(16).padStart(2, '0');
  return [first, ...[2, 4, 6, 8, 10].map((at) => text.slice(at, at + 2))].join(':');
}

function set({ topology, netns }: IpContext, argv: readonly string[]): string {
  const { dev, mtu, words } = takeArguments(argv, ['dev', 'mtu']);
  const name = dev ?? words.shift();
  if (name === undefined) throw new IpError('Not enough information: "dev" argument is required.', 255);
  if (!topology.link(netns, name)) throw new IpError(`Cannot find device "${name}"`, 1);
  for (const word of words) {
    if (word !== 'up' && word !== 'down') throw new IpError(`ip: link set ${word} is not simulated`, 1);
    topology.setLink(netns, name, { up: word === 'up' });
  }
  if (mtu !== undefined) {
    if (!/^\d+$/.test(mtu)) throw new IpError(`Error: argument "${mtu}" is wrong: Invalid "mtu" value\n`, 255);
    topology.setLink(netns, name, { mtu: Number(mtu) });
  }
  return '';
}
