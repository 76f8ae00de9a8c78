import type { CommandDefinition } from '../../types.js';
import { getent } from './getent.js';

export const getentCommands: CommandDefinition[] = [{ names: ['getent'], places: ['node', 'pod', 'client'], run: getent }];
