import type { CommandDefinition } from '../types.js';
import { conntrackCommands } from './conntrack/index.js';
import { curlCommands } from './curl/index.js';
import { digCommands } from './dig/index.js';
import { dockerCommands } from './docker/index.js';
import { getentCommands } from './getent/index.js';
import { hostCommands } from './host/index.js';
import { ipCommands } from './ip/index.js';
import { iptablesCommands } from './iptables/index.js';
import { ipsetCommands } from './ipset/index.js';
import { ipvsadmCommands } from './ipvsadm/index.js';
import { kindCommands } from './kind/index.js';
import { kubectlCommands } from './kubectl/index.js';
import { nfacctCommands } from './nfacct/index.js';
import { nftCommands } from './nft/index.js';
import { nslookupCommands } from './nslookup/index.js';
import { pingCommands } from './ping/index.js';
import { posixCommands } from './posix/index.js';
import { ssCommands } from './ss/index.js';
import { tarCommands } from './tar/index.js';
import { watchCommands } from './watch/index.js';

/** Every command of the lab that is not a text tool, folder by folder. */
export const commands: readonly CommandDefinition[] = [
  ...conntrackCommands,
  ...curlCommands,
  ...digCommands,
  ...dockerCommands,
  ...getentCommands,
  ...hostCommands,
  ...ipCommands,
  ...iptablesCommands,
  ...ipsetCommands,
  ...ipvsadmCommands,
  ...kindCommands,
  ...kubectlCommands,
  ...nfacctCommands,
  ...nftCommands,
  ...nslookupCommands,
  ...pingCommands,
  ...posixCommands,
  ...ssCommands,
  ...tarCommands,
  ...watchCommands,
];
