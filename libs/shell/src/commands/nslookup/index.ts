import type { CommandDefinition } from '../../types.js';
import { nslookup } from './nslookup.js';

export const nslookupCommands: CommandDefinition[] = [{ names: ['nslookup'], places: ['node', 'pod', 'client'], run: nslookup }];
