import { FLOW_WIDTH, layoutFlow, packetPoint } from './flow-layout.js';
import { conntrackTuples } from './conntrack-entry.js';
import { decidingStep, pathView, type ConntrackStep, type Direction, type PathView } from './path-view.js';
import { labTraces, type LabTraces } from './testing/lab-traces.js';
import type { TracedRequest } from './trace-store.js';

let traces: LabTraces;

beforeAll(async () => {
  traces = await labTraces();
});

const views = (): PathView[] =>
  (Object.values(traces).flat() as TracedRequest[]).flatMap(({ trace }) =>
    (['forward', 'return'] as Direction[]).map((direction) => pathView(trace, direction)).filter(({ steps }) => steps.length),
  );

describe('the drawing', () => {
  it('has a lane for each hop and a wire for each crossing, with the packet that is on it', () => {
    const view = pathView(traces.clusterIp.trace, 'forward');
    const { lanes, wires } = layoutFlow(view);
    expect(lanes).toHaveLength(4);
    expect(wires.map(({ medium }) => medium)).toEqual([
      expect.stringMatching(/^veth/),
      expect.stringMatching(/^br-/),
      expect.stringMatching(/^veth/),
    ]);
    expect(wires.map(({ sent }) => sent.hop)).toEqual([0, 1, 2]);
  });

  it('is walked without a gap: every step that moves the packet ends one piece, in order', () => {
    for (const view of views()) {
      const { pieces, wires } = layoutFlow(view);
      const ends = [...pieces, ...wires].map(({ step }) => step).toSorted((a, b) => a - b);
      const moves = view.steps.filter(
        (step, i) => i > 0 && (step.place !== view.steps[i - 1]!.place || step.hop !== view.steps[i - 1]!.hop),
      );
      expect(ends).toEqual(moves.map(({ index }) => index));
      for (const { path } of [...pieces, ...wires]) expect(path).toMatch(/^M[\d.]+ [\d.]+([HVa][\d. -]+)+$/);
    }
  });

  it('keeps the packet inside the picture', () => {
    for (const view of views()) {
      const { height } = layoutFlow(view);
      for (const step of view.steps) {
        const { x, y } = packetPoint(step);
        expect(x > 0 && x < FLOW_WIDTH && y > 0 && y < height).toBe(true);
      }
    }
  });

  it('is faint where the packet does not come', () => {
    const [lane] = layoutFlow(pathView(traces.clusterIp.trace, 'forward')).lanes;
    const unused = lane!.stations.filter(({ steps }) => steps.length === 0).map(({ place }) => place);
    expect(unused).toEqual(['in', 'PREROUTING', 'route', 'INPUT', 'FORWARD']);
  });
});

function conntrackOf(view: PathView, hopIndex: number): NonNullable<ReturnType<typeof conntrackTuples>> {
  const hop = view.hops[hopIndex]!;
  const entry = (hop.steps.find(({ content }) => content.kind === 'conntrack')!.content as ConntrackStep).entry!;
  return conntrackTuples(entry, hop, hop.steps.at(-1)!)!;
}

describe('a conntrack entry', () => {
  it('answers from the endpoint once DNAT has chosen it', () => {
    const view = pathView(traces.clusterIp.trace, 'forward');
    const step = view.steps[decidingStep(view)]!;
    const hop = view.hops[step.hop]!;
    const entry = (hop.steps.find(({ content }) => content.kind === 'conntrack')!.content as ConntrackStep).entry!;
    const before = conntrackTuples(entry, hop, view.steps[step.index - 1]!)!;
    const after = conntrackTuples(entry, hop, step)!;
    expect(before[1]).toEqual({ direction: 'reply', source: before[0]!.destination, destination: before[0]!.source });
    expect(after[0]).toEqual(before[0]);
    expect(after[1]).toMatchObject({ source: expect.stringMatching(/^10\.10\.\d\.\d+:80$/), changed: 'source' });
  });

  it('agrees with what conntrack itself remembers on the way back', () => {
    const forward = pathView(traces.clusterIp.trace, 'forward');
    const chosen = conntrackOf(forward, 1);
    const remembered = conntrackOf(pathView(traces.clusterIp.trace, 'return'), 2);
    expect(remembered.map(({ source, destination }) => [source, destination])).toEqual(
      chosen.map(({ source, destination }) => [source, destination]),
    );
  });
});
