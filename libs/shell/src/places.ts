import type { World } from '@svclab/cluster';
import { ShellState, type Dialect } from './state.js';
import type { CommandDefinition, Location } from './types.js';

type PlaceKind = CommandDefinition['places'][number];

export const placeKind = (at: Location): PlaceKind => (at === 'host' ? 'host' : (at.slice(0, at.indexOf('/')) as PlaceKind));

/** What the world may tell of a container: names and variables that only it knows. */
interface ContainerView {
  readonly hostname?: string;
  readonly env?: { readonly [name: string]: string };
  readonly workingDir?: string;
}

/** The shell that a person meets at a prompt there. */
export function loginShell(at: Location): Dialect {
  // The lab's host is a Mac, whose shell is zsh; its client image has zsh too, kind's nodes have bash.
  return placeKind(at) === 'node' ? 'bash' : 'zsh';
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment that a process gets which the place's runtime starts, without any shell's own additions. */
export function placeEnvironment(world: World, at: Location): Map<string, string> {
  const container = containerView(world, at);
  const environment = new Map([
    ['HOME', '/root'],
    ['PATH', PATH],
    ['HOSTNAME', container?.hostname ?? at.slice(at.lastIndexOf('/') + 1)],
  ]);
  if (at === 'host') for (const [name, value] of HOST_ENVIRONMENT) environment.set(name, value);
  for (const [name, value] of Object.entries(container?.env ?? {}).sort(byName)) environment.set(name, value);
  return environment;
}

const HOST_ENVIRONMENT = [
  ['LANG', 'en_US.UTF-8'],
  ['SHELL', '/bin/zsh'],
  ['TERM', 'xterm-256color'],
  ['USER', 'root'],
] as const;

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : a > b ? 1 : 0);

/** A fresh shell at a place, as its runtime would start it. */
export function freshShell(world: World, at: Location, dialect: Dialect, interactive: boolean): ShellState {
  const state = new ShellState(at, dialect, interactive);
  for (const [name, value] of placeEnvironment(world, at)) state.assign(name, value, { exported: true });
  state.cwd = containerView(world, at)?.workingDir ?? (at === 'host' ? '/root' : '/');
  if (at === 'host' && interactive) state.aliases.set('k', 'kubectl');
  return state;
}

function containerView(world: World, at: Location): ContainerView | undefined {
  return (world as unknown as { container?: (at: Location) => ContainerView | undefined }).container?.(at);
}
