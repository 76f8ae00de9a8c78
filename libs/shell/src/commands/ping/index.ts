import type { CommandDefinition } from '../../types.js';
import { ping } from './ping.js';

export const pingCommands: CommandDefinition[] = [{ names: ['ping'], places: ['host', 'node', 'pod', 'client'], run: ping }];
