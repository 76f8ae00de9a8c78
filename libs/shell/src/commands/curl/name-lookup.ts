import { parseAddress, type Address } from '@svclab/wire';
import type { CommandContext } from '../../types.js';

/** The address behind a name as its location resolves it; literals stand for themselves. `undefined`: nobody knows it. */
export function lookUp({ world, at }: Pick<CommandContext, 'world' | 'at'>, name: string): Address | undefined {
  const literal = parseAddress(name.replace(/^\[(.*)\]$/, '$1'));
  return literal ?? world.resolve(at, name);
}
