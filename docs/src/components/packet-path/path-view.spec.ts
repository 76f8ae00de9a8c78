import { destinationText, sourceText, tupleText } from './packet-words.js';
import { decidingStep, endsIn, pathView, placesOf, type PathStep, type PathView } from './path-view.js';
import { labTraces, type LabTraces } from './testing/lab-traces.js';

let traces: LabTraces;

beforeAll(async () => {
  traces = await labTraces();
});

const named = (step: PathStep): string => {
  const { content, place } = step;
  return content.kind === 'table' ? `${content.table} ${place}` : content.kind === 'hook' ? place : `${content.kind} ${place}`;
};

const namesOf = (view: PathView, hop: number): string[] => view.hops[hop]!.steps.map(named);

const forward = (): PathView => pathView(traces.clusterIp.trace, 'forward');
const back = (): PathView => pathView(traces.clusterIp.trace, 'return');

describe('a request to the ClusterIP', () => {
  it('crosses four kernels, each known by its address', () => {
    const { hops } = forward();
    expect(hops.map(({ kind }) => kind)).toEqual(['pod', 'node', 'node', 'pod']);
    for (const { address } of hops) expect(address).toMatch(/^(10\.10\.\d\.\d+|172\.18\.0\.\d)$/);
  });

  it('takes one step for each thing that happens; tables without rules are words beside it', () => {
    const view = forward();
    expect(namesOf(view, 0)).toEqual(['socket process', 'route process', 'OUTPUT', 'POSTROUTING', 'transmit out']);
    expect(namesOf(view, 1)).toEqual([
      'receive in',
      'conntrack PREROUTING',
      'nat PREROUTING',
      'route route',
      'filter FORWARD',
      'nat POSTROUTING',
      'transmit out',
    ]);
    expect(namesOf(view, 3)).toEqual(['receive in', 'PREROUTING', 'route route', 'INPUT', 'deliver process']);
    expect(view.steps.map(({ index }) => index)).toEqual(view.steps.map((_, i) => i));
    const nat = view.hops[1]!.steps[2]!;
    expect(nat.content).toMatchObject({ kind: 'table', empty: ['mangle'] });
  });

  it('opens where the destination is rewritten', () => {
    const view = forward();
    const step = view.steps[decidingStep(view)]!;
    expect(named(step)).toBe('nat PREROUTING');
    expect(step.effect).toBe('rewrites');
    expect(destinationText(step.before)).toMatch(/^10\.200\.1\.\d+:9000$/);
    expect(destinationText(step.after)).toMatch(/^10\.10\.\d\.\d+:80$/);
    expect(sourceText(step.after)).toBe(sourceText(step.before));
  });

  it('shows an unbroken packet: what leaves a step comes to the next', () => {
    for (const view of [forward(), back()]) {
      view.steps.slice(1).forEach((step, i) => {
        const last = view.steps[i]!;
        expect([step.index, tupleText(step.before), step.before.ttl]).toEqual([step.index, tupleText(last.after), last.after.ttl]);
      });
    }
  });

  it('takes the TTL down between route and FORWARD', () => {
    const route = forward().hops[1]!.steps.find(({ place }) => place === 'route')!;
    expect([route.before.ttl, route.after.ttl]).toEqual([64, 63]);
  });

  it('gets its address back on the return, from conntrack and no rule', () => {
    const view = back();
    const step = view.steps[decidingStep(view)]!;
    expect(step.content).toMatchObject({ kind: 'nat', hook: 'POSTROUTING', origin: 'conntrack' });
    expect(sourceText(step.after)).toBe(destinationText(forward().steps[0]!.after));
    expect(view.hops.map(({ netns }) => netns)).toEqual(
      forward()
        .hops.map(({ netns }) => netns)
        .toReversed(),
    );
  });

  it('stands in every lane on the plan in travel order', () => {
    expect(placesOf(forward().hops[0]!)).toEqual(['process', 'OUTPUT', 'POSTROUTING', 'out']);
    expect(placesOf(forward().hops[1]!)).toEqual(['in', 'PREROUTING', 'route', 'FORWARD', 'POSTROUTING', 'out']);
    expect(placesOf(forward().hops[3]!)).toEqual(['in', 'PREROUTING', 'route', 'INPUT', 'process']);
  });
});

describe('packets that end before their time', () => {
  it('are refused by the rule that rejects, and sent back', () => {
    const view = pathView(traces.refused.trace, 'forward');
    const step = view.steps[decidingStep(view)]!;
    expect([named(step), step.effect]).toEqual(['filter FORWARD', 'refused']);
    expect(view.steps.slice(step.index + 1).map(named)).toEqual(['answer FORWARD']);
    expect(view.hops.map(endsIn)).toEqual([false, true]);
  });

  it('end outside when no rule knows the port', () => {
    const view = pathView(traces.wrongPort.trace, 'forward');
    expect([view.hops.at(-1)!.kind, decidingStep(view)]).toEqual(['host', view.steps.length - 1]);
    expect(view.steps.at(-1)!.effect).toBe('dropped');
    expect(pathView(traces.wrongPort.trace, 'return').steps).toEqual([]);
  });

  it('find nobody who listens', () => {
    const view = pathView(traces.noListener.trace, 'forward');
    expect([named(view.steps.at(-1)!), view.steps.at(-1)!.effect]).toEqual(['deliver process', 'refused']);
  });
});

describe('other ways', () => {
  it('a node that sends is masqueraded: mark, destination, then source', () => {
    const view = pathView(traces.fromNode.trace, 'forward');
    const rewrites = view.steps.filter(({ effect }) => effect === 'rewrites');
    expect(rewrites.map(named)).toEqual(['nat OUTPUT', 'nat POSTROUTING']);
    expect(rewrites[0]!.mark).toBe(0x4000);
    expect(sourceText(rewrites[1]!.after)).not.toBe(sourceText(rewrites[1]!.before));
  });

  it('loopback leaves and arrives in one kernel', () => {
    const view = pathView(traces.loopback.trace, 'forward');
    expect(view.hops).toHaveLength(1);
    expect(placesOf(view.hops[0]!)).toEqual(['process', 'OUTPUT', 'POSTROUTING', 'out', 'in', 'PREROUTING', 'route', 'INPUT', 'process']);
  });
});
