import type { ContainerView, World } from '@svclab/cluster';
import { ShellState, type Dialect } from './state.js';
import type { CommandDefinition, Location } from './types.js';

type PlaceKind = CommandDefinition['places'][number];

export const placeKind = (at: Location): PlaceKind => (at === 'host' ? 'host' : (at.slice(0, at.indexOf('/')) as PlaceKind));

/** Shells in an image, beside `sh`. A node of kind is a Debian. */
const SHELLS: { readonly [userland in ContainerView['userland']]: readonly Dialect[] } = {
  netshoot: ['bash', 'zsh', 'sh'],
  debian: ['bash', 'sh'],
  busybox: ['sh'],
  none: [],
};

/** Whether a program can be started there, as far as the image decides. */
// Simplification: images without a shell have `hostname` all the same, so that exec can tell which pod it reached.
// Simplification: every image that has a shell has all the tools of the lab; only the shells themselves differ.
export function imageHolds(world: World, at: Location, program: string): boolean {
  const userland = world.container(at)?.userland;
  if (userland === undefined) return true;
  const shells = SHELLS[userland];
  if (program === 'bash' || program === 'zsh') return shells.includes(program);
  return shells.length > 0 || program === 'hostname';
}

/** The shell that a person meets at a prompt there. */
export function loginShell(world: World, at: Location): Dialect {
  // The lab's host is a Mac, whose shell is zsh.
  if (at === 'host') return 'zsh';
  const userland = world.container(at)?.userland;
  return userland === 'netshoot' ? 'zsh' : userland === 'debian' ? 'bash' : 'sh';
}

/** The environment that a process gets which the place's runtime starts, without any shell's own additions. */
export function placeEnvironment(world: World, at: Location): Map<string, string> {
  if (at === 'host') return new Map([...COMMON_ENVIRONMENT, ...HOST_ENVIRONMENT]);
  const container = world.container(at);
  const own = Object.entries(container?.env ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new Map([...COMMON_ENVIRONMENT, ['HOSTNAME', container?.hostname ?? at.slice(at.lastIndexOf('/') + 1)], ...own]);
}

const COMMON_ENVIRONMENT = [
  ['HOME', '/root'],
  ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
] as const;

const HOST_ENVIRONMENT = [
  ['HOSTNAME', 'docker-desktop'],
  ['LANG', 'en_US.UTF-8'],
  ['SHELL', '/bin/zsh'],
  ['TERM', 'xterm-256color'],
  ['USER', 'root'],
] as const;

/** A fresh shell at a place, as its runtime would start it. */
export function freshShell(world: World, at: Location, dialect: Dialect, interactive: boolean): ShellState {
  const state = new ShellState(at, dialect, interactive);
  for (const [name, value] of placeEnvironment(world, at)) state.assign(name, value, { exported: true });
  state.cwd = world.container(at)?.workingDir ?? (at === 'host' ? '/root' : '/');
  if (at === 'host' && interactive) state.aliases.set('k', 'kubectl');
  return state;
}
