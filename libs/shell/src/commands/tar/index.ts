import type { CommandDefinition } from '../../types.js';
import { readsArchive, tar } from './tar.js';

export const tarCommands: readonly CommandDefinition[] = [
  { names: ['tar'], places: ['host', 'node', 'pod', 'client'], readsInput: readsArchive, run: tar },
];
