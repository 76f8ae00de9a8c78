import type { CommandDefinition } from '../../types.js';
import { host } from './host.js';

export const hostCommands: CommandDefinition[] = [{ names: ['host'], places: ['node', 'pod', 'client'], run: host }];
