import type { CommandDefinition } from '../../types.js';
import { watch } from './watch.js';

export const watchCommands: readonly CommandDefinition[] = [{ names: ['watch'], places: ['host', 'node', 'pod', 'client'], run: watch }];
