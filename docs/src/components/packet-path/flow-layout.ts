import { placesOf, type PathHop, type PathStep, type PathView, type Place } from './path-view.js';

/*
 * Where everything stands in the drawing, in the units of its viewBox. Every lane is the same plan:
 *
 *   title            ┌→ INPUT → process → OUTPUT ┐
 *   in → PREROUTING → route → FORWARD ──────────→ POSTROUTING → out
 */

export const FLOW_WIDTH = 704;
const HEAD = 20;
const LANE = 122;
const GAP = 36;
const UPPER = 32;
const LOWER = 92;
const LEFT_TURN = 9;
const RIGHT_TURN = 695;
const CORNER = 8;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A station of the plan: hooks and the process are boxes, the others points. */
export interface Station {
  readonly place: Place;
  readonly centre: Point;
  readonly width: number;
  readonly height: number;
}

const STATIONS: readonly Station[] = (
  [
    ['in', 21, LOWER, 0],
    ['PREROUTING', 99, LOWER, 104],
    ['route', 286, LOWER, 0],
    ['INPUT', 348, UPPER, 60],
    ['process', 428, UPPER, 72],
    ['OUTPUT', 510, UPPER, 68],
    ['FORWARD', 372, LOWER, 84],
    ['POSTROUTING', 612, LOWER, 112],
    ['out', 683, LOWER, 0],
  ] as const
).map(([place, x, y, width]) => ({ place, centre: { x, y }, width, height: width ? 26 : 0 }));

const station = (place: Place): Station => STATIONS.find((each) => each.place === place)!;

/** Lines of the plan, each from one station to the next one that a packet may come to. */
const EDGES: readonly (readonly [Place, Place])[] = [
  ['in', 'PREROUTING'],
  ['PREROUTING', 'route'],
  ['route', 'INPUT'],
  ['route', 'FORWARD'],
  ['INPUT', 'process'],
  ['process', 'OUTPUT'],
  ['OUTPUT', 'POSTROUTING'],
  ['FORWARD', 'POSTROUTING'],
  ['POSTROUTING', 'out'],
];

/** How far along a piece of the way is: passed, or still ahead. */
export interface Piece {
  readonly path: string;
  /** Step that stands at its end: the piece is walked once that step is reached. */
  readonly step: number;
}

export interface Lane {
  readonly hop: PathHop;
  readonly top: number;
  readonly height: number;
  readonly stations: readonly (Station & { readonly steps: readonly PathStep[] })[];
  /** All lines of the plan, for the faint ones. */
  readonly plan: readonly string[];
}

/** A crossing from one kernel to the next, with the packet that is on it. */
export interface Wire extends Piece {
  /** Step that sends: its packet is what tcpdump would show here. */
  readonly sent: PathStep;
  /** Middle of the label. */
  readonly label: Point;
  readonly medium: string;
}

export interface FlowLayout {
  readonly width: number;
  readonly height: number;
  readonly lanes: readonly Lane[];
  readonly pieces: readonly Piece[];
  readonly wires: readonly Wire[];
}

/** Names over the columns. */
export const COLUMNS = { arrives: 99, routes: 286, local: 428, leaves: 612 } as const;
export const COLUMN_LABEL_Y = 11;

const laneTop = (hop: number): number => HEAD + hop * (LANE + GAP);

const placed = ({ centre }: Station, top: number): Point => ({ x: centre.x, y: centre.y + top });

/** Where the packet stands at a step: at the near side of a box, so that its name stays readable. */
export function packetPoint(step: PathStep): Point {
  const at = station(step.place);
  return { x: at.centre.x - at.width / 2, y: at.centre.y + laneTop(step.hop) };
}

/** The drawing of one direction; a table of positions, nothing to solve. */
export function layoutFlow(view: PathView): FlowLayout {
  const lanes = view.hops.map(layoutLane);
  const pieces: Piece[] = [];
  const wires: Wire[] = [];
  view.steps.forEach((step, i) => {
    const next = view.steps[i + 1];
    if (!next) return;
    if (step.place === 'out' && next.place === 'in') wires.push(wireBetween(step, next));
    else if (step.place !== next.place) pieces.push({ path: edgePath(step.place, next.place, laneTop(step.hop)), step: next.index });
  });
  const height = Math.max(0, laneTop(view.hops.length) - GAP) + 2;
  return { width: FLOW_WIDTH, height, lanes, pieces, wires };
}

function layoutLane(hop: PathHop): Lane {
  const top = laneTop(hop.index);
  const stations = STATIONS.map((each) => ({
    ...each,
    centre: placed(each, top),
    steps: hop.steps.filter((step) => step.place === each.place),
  }));
  return { hop, top, height: LANE, stations, plan: EDGES.map(([from, to]) => edgePath(from, to, top)) };
}

/** Whether a packet was at a place of a hop. */
export const visits = (hop: PathHop, at: Place): boolean => placesOf(hop).includes(at);

function edgePath(from: Place, to: Place, top: number): string {
  const [a, b] = [station(from), station(to)];
  const [start, end] = [placed(a, top), placed(b, top)];
  const x1 = start.x + a.width / 2;
  const x2 = end.x - b.width / 2;
  if (start.y === end.y) return `M${x1} ${start.y}H${x2}`;
  const turn = from === 'route' ? x1 : x2 - 5;
  return `M${x1} ${start.y}H${turn}V${end.y}H${x2}`;
}

/** Out at the right, through the gap below the lane, in at the left of the next; back into the same lane for loopback. */
function wireBetween(sent: PathStep, received: PathStep): Wire {
  const from = placed(station('out'), laneTop(sent.hop));
  const to = placed(station('in'), laneTop(received.hop));
  const middle = laneTop(sent.hop) + LANE + GAP / 2;
  const down = (y: number): string => (y >= middle ? `V${y - CORNER}` : `V${y + CORNER}`);
  const sweep = to.y >= middle ? 0 : 1;
  const path =
    `M${from.x} ${from.y}H${RIGHT_TURN - CORNER}a${CORNER} ${CORNER} 0 0 1 ${CORNER} ${CORNER}V${middle - CORNER}` +
    `a${CORNER} ${CORNER} 0 0 1 -${CORNER} ${CORNER}H${LEFT_TURN + CORNER}` +
    (sweep === 0 ? `a${CORNER} ${CORNER} 0 0 0 -${CORNER} ${CORNER}` : `a${CORNER} ${CORNER} 0 0 1 -${CORNER} -${CORNER}`) +
    down(to.y) +
    (sweep === 0 ? `a${CORNER} ${CORNER} 0 0 0 ${CORNER} ${CORNER}` : `a${CORNER} ${CORNER} 0 0 1 ${CORNER} -${CORNER}`) +
    `H${to.x}`;
  return { path, step: received.index, sent, label: { x: FLOW_WIDTH / 2, y: middle }, medium: mediumOf(sent, received) };
}

/** The cable's name: the bridge it crosses, or the end of the pair that a node would show. */
function mediumOf({ content: sent }: PathStep, { content: received }: PathStep): string {
  if (sent.kind !== 'transmit' || received.kind !== 'receive') return '';
  const bridge = /\(across bridge (\S+)\)/.exec(sent.to)?.[1];
  return bridge ?? [sent.iface, received.iface].find((name) => name.startsWith('veth')) ?? sent.iface;
}
