import type { CommandDefinition } from '../../types.js';
import { kubectl } from './kubectl.js';

export const kubectlCommands: readonly CommandDefinition[] = [{ names: ['kubectl'], places: ['host', 'node'], run: kubectl }];
