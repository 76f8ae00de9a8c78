import type { CommandDefinition } from '../types.js';
import { conntrackCommands } from './conntrack/index.js';
import { curlCommands } from './curl/index.js';
import { dockerCommands } from './docker/index.js';
import { ipCommands } from './ip/index.js';
import { iptablesCommands } from './iptables/index.js';
import { ipsetCommands } from './ipset/index.js';
import { kindCommands } from './kind/index.js';
import { kubectlCommands } from './kubectl/index.js';
import { nfacctCommands } from './nfacct/index.js';
import { pingCommands } from './ping/index.js';
import { posixCommands } from './posix/index.js';
import { ssCommands } from './ss/index.js';

/** Every command of the lab that is not a text tool, folder by folder. */
export const commands: readonly CommandDefinition[] = [
  ...conntrackCommands,
  ...curlCommands,
  ...dockerCommands,
  ...ipCommands,
  ...iptablesCommands,
  ...ipsetCommands,
  ...kindCommands,
  ...kubectlCommands,
  ...nfacctCommands,
  ...pingCommands,
  ...posixCommands,
  ...ssCommands,
];
