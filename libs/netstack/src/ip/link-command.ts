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
