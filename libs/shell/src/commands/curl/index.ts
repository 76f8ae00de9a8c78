import type { CommandDefinition } from '../../types.js';
import { curl } from './curl.js';

export const curlCommands: CommandDefinition[] = [{ names: ['curl'], places: ['host', 'node', 'pod', 'client'], run: curl }];
