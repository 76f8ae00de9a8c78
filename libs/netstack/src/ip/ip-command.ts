import type { ToolResult } from '@svclab/netfilter';
import type { Neighbours } from '../neighbours.js';
import type { Redirects } from '../redirects.js';
import type { Routing } from '../routing.js';
import type { Topology } from '../topology.js';
import { addressCommand } from './address-command.js';
import { linkCommand } from './link-command.js';
import { neighbourCommand } from './neighbour-command.js';
import { Palette } from './palette.js';
import { routeCommand } from './route-command.js';

export interface IpOptions {
  /** Whether standard output is a terminal: `-c` colours there. */
  readonly terminal?: boolean;
}

/** What every object's command works on. */
export interface IpContext {
  readonly topology: Topology;
  readonly routing: Routing;
  readonly neighbours: Neighbours;
  readonly redirects: Redirects;
  readonly netns: string;
}

export interface IpFlags {
  readonly family: 4 | 6 | undefined;
  readonly brief: boolean;
  readonly oneline: boolean;
  readonly palette: Palette;
}

/** Ends a command with the tool's own words on standard error. */
export class IpError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** What the kernel refuses, in iproute2's words: exit code 2. */
export const netlinkError = (message: string): IpError => new IpError(message, 2);

type ObjectCommand = (context: IpContext, argv: readonly string[], flags: IpFlags) => string;

/** In the order iproute2 looks them up, so that an abbreviation means what it means there (`ip a`, `ip r`). */
const OBJECTS: readonly (readonly [string, ObjectCommand])[] = [
  ['address', addressCommand],
  ['route', routeCommand],
  ['rule', ruleCommand],
  ['neighbor', neighbourCommand],
  ['neighbour', neighbourCommand],
  ['link', linkCommand],
];

/** Objects of the real tool that are left out so far. */
const NOT_SIMULATED = ['addrlabel', 'maddress', 'monitor', 'netns', 'tunnel', 'tuntap', 'xfrm', 'vrf', 'netconf', 'stats'];

const VERSION = 'ip utility, iproute2-6.1.0, libbpf 1.1.0\n';

export function ipCommand(context: IpContext, argv: readonly string[], options: IpOptions): ToolResult {
  try {
    return { exitCode: 0, stdout: run(context, argv, options), stderr: '' };
  } catch (error) {
    if (error instanceof IpError) return { exitCode: error.exitCode, stdout: '', stderr: `${error.message}\n` };
    throw error;
  }
}

// Simplification: `-c` colours when the output is a terminal; the real tool colours into pipes too.
function run(context: IpContext, argv: readonly string[], options: IpOptions): string {
  let family: 4 | 6 | undefined;
  let brief = false;
  let oneline = false;
  let colour = false;
  let i = 0;
  for (; i < argv.length && argv[i]!.startsWith('-'); i++) {
    const option = argv[i]!.replace(/^--/, '-');
    if (option === '-4') family = 4;
    else if (option === '-6') family = 6;
    else if (isAbbreviation(option, '-brief', 3)) brief = true;
    else if (isAbbreviation(option, '-oneline', 2)) oneline = true;
    else if (option === '-V' || isAbbreviation(option, '-Version', 2)) return VERSION;
    else if (isAbbreviation(option.split('=')[0]!, '-color', 2)) {
      const when = option.split('=')[1] ?? 'auto';
      if (!['always', 'auto', 'never'].includes(when)) throw new IpError(`Option "${argv[i]}" is unknown, try "ip -help".`, 255);
      colour = when === 'always' || (when === 'auto' && options.terminal === true);
    } else if (
      ['-d', '-details', '-s', '-stats', '-statistics', '-j', '-json', '-p', '-pretty', '-n', '-netns', '-b', '-batch'].includes(option)
    ) {
      throw new IpError(`ip: option ${argv[i]} is not simulated`, 1);
    } else throw new IpError(`Option "${argv[i]}" is unknown, try "ip -help".`, 255);
  }
  const name = argv[i];
  if (name === undefined)
    throw new IpError(
      'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n       OBJECT := { address | link | neighbor | route | rule }',
      255,
    );
  const object = OBJECTS.find(([full]) => isAbbreviation(name, full, 1));
  if (!object) {
    if (NOT_SIMULATED.includes(name)) throw new IpError(`ip: object ${name} is not simulated`, 1);
    throw new IpError(`Object "${name}" is unknown, try "ip help".`, 1);
  }
  return object[1](context, argv.slice(i + 1), { family, brief, oneline, palette: new Palette(colour) });
}

// Simplification: the three rules of every kernel; policy routing cannot be configured.
function ruleCommand(_context: IpContext, argv: readonly string[]): string {
  if (argv.length && !isAbbreviation(argv[0]!, 'show', 1) && !isAbbreviation(argv[0]!, 'list', 1)) {
    throw new IpError(`ip: rule ${argv[0]} is not simulated`, 1);
  }
  return '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n';
}

/** iproute2's matches(): any prefix of at least `least` characters. */
export const isAbbreviation = (word: string, full: string, least: number): boolean => word.length >= least && full.startsWith(word);

/** The command word of an object: `show` when there is none. */
export function commandWord(argv: readonly string[], commands: readonly string[], object: string): string {
  const word = argv[0];
  if (word === undefined) return 'show';
  const found = commands.find((command) => isAbbreviation(word, command, 1));
  if (!found) throw new IpError(`Command "${word}" is unknown, try "ip ${object} help".`, 255);
  return found === 'list' || found === 'lst' ? 'show' : found;
}
