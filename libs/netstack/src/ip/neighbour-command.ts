import { takeArguments } from './arguments.js';
import { commandWord, IpError, type IpContext, type IpFlags } from './ip-command.js';

const COMMANDS = ['add', 'replace', 'delete', 'get', 'show', 'lst', 'list', 'flush'];

/** `ip neighbour`. */
export function neighbourCommand({ neighbours, netns }: IpContext, argv: readonly string[], { palette }: IpFlags): string {
  const command = commandWord(argv, COMMANDS, 'neighbour');
  const { dev } = takeArguments(argv.slice(1), ['dev']);
  if (command === 'flush') {
    if (dev === undefined) throw new IpError('Flush requires arguments.', 1);
    neighbours.forget(netns, dev);
    return '';
  }
  if (command !== 'show') throw new IpError(`ip: neighbour ${command} is not simulated`, 1);
  return neighbours
    .list(netns)
    .filter((entry) => dev === undefined || entry.dev === dev)
    .map(({ address, dev: device, mac, state }) => {
      const lladdr = mac === null ? '' : `lladdr ${palette.paint('mac', `${mac} `)}`;
      const shown = dev === undefined ? `dev ${palette.paint('ifname', `${device} `)}` : '';
      return `${palette.address(address, ' ')}${shown}${lladdr}${state} \n`;
    })
    .join('');
}
