import type { CommandDefinition } from '../../types.js';
import { env, hostname, printenv, which, whoami } from './environment.js';
import { shells } from './shells.js';
import { sleep } from './sleep.js';
import { timeout } from './timeout.js';
import { xargs } from './xargs.js';

/** Programs that start other programs or touch the clock, and so cannot be text tools. */
export const posixCommands: readonly CommandDefinition[] = [...shells, env, hostname, printenv, sleep, timeout, which, whoami, xargs];
