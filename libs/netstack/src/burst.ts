import type { BurstSegment } from '@svclab/netfilter';
import type { Sim } from '@svclab/sim';
import type { Jitter } from './cable.js';
import type { Kernels } from './datapath.js';
import type { Lanes } from './lanes.js';
import type { Side } from './tcp-segment.js';

/** The segments that a request or an answer takes, and who sends them. */
export interface Burst {
  readonly lanes: Lanes;
  readonly client: Side;
  readonly server: Side;
  readonly segments: readonly BurstSegment[];
}

/**
 * Sends several segments of a conversation in one go, where both directions are known by heart: draws, counters,
 * connections and the clock end up as if each had been sent after the one before had arrived. False, and nothing has
 * happened, where something else would happen in between: a timer, a deadline, news of a neighbour, somebody who watches.
 */
export function sendBurst(
  { lanes, client, server, segments }: Burst,
  { filter, neighbours }: Pick<Kernels, 'filter' | 'neighbours'>,
  sim: Sim,
  jitter: Jitter,
  deadlineUs: number,
): boolean {
  const forth = lanes.forth.journey;
  const back = lanes.back.journey;
  if (!forth || !back) return false;
  let mostUs = 0;
  for (const { isForth } of segments) mostUs += (isForth ? forth : back).mostUs;
  const endUs = sim.nowUs + mostUs;
  if (endUs > deadlineUs || endUs >= sim.nextTimerUs) return false;
  if (!forth.knowsNeighbours(neighbours, endUs) || !back.knowsNeighbours(neighbours, endUs)) return false;
  const there = forth.meet(client, filter);
  const home = there && back.meet(server, filter);
  if (!home || !filter.mayPassTogether(there, home, segments)) return false;
  let transitUs = 0;
  let lastUs = 0;
  for (const { isForth } of segments) {
    lastUs = (isForth ? forth : back).transitUs(jitter);
    transitUs += lastUs;
  }
  filter.passTogether(there, home, segments, sim.nowUs + transitUs - lastUs);
  sim.advance(transitUs);
  return true;
}
