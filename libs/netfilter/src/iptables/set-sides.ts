import type { PacketSide } from '../ipset/set-types.js';
import { parameterProblem } from './tool-error.js';

/** Linux: `IPSET_DIM_MAX`. */
const MOST_SIDES = 6;

/** `src,dst`: which ends of a packet are looked up in a set (iptables: extensions/libxt_set.h, `parse_dirs`). */
export function parseSides(text: string): readonly PacketSide[] {
  const sides = text.split(',');
  if (sides.length > MOST_SIDES) throw parameterProblem(`Can't be more src/dst options than ${MOST_SIDES}.`);
  for (const side of sides) {
    if (side !== 'src' && side !== 'dst') throw parameterProblem("You must spefify (the comma separated list of) 'src' or 'dst'.");
  }
  return sides as PacketSide[];
}
