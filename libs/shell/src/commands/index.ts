import type { CommandDefinition } from '../types.js';
import { posix } from './posix/index.js';

/** Every command of the lab that is not a text tool, folder by folder. */
export const commands: readonly CommandDefinition[] = [...posix];
