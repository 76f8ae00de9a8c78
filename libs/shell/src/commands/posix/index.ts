import type { CommandDefinition } from '../../types.js';
import { diff } from './diff.js';
import { env, hostname, printenv, tty, which, whoami } from './environment.js';
import { shells } from './shells.js';
import { sleep } from './sleep.js';
import { timeout } from './timeout.js';
import { uniq } from './uniq.js';
import { wc } from './wc.js';
import { xargs } from './xargs.js';

/** Programs that start other programs or touch the clock, and the few filters that just-bash prints in another form than the lab's. */
export const posixCommands: readonly CommandDefinition[] = [
  ...shells,
  diff,
  env,
  hostname,
  printenv,
  sleep,
  timeout,
  tty,
  uniq,
  wc,
  which,
  whoami,
  xargs,
];
