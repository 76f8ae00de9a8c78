import type { CommandDefinition } from '../../types.js';
import { dig } from './dig.js';

export const digCommands: CommandDefinition[] = [{ names: ['dig'], places: ['node', 'pod', 'client'], run: dig }];
