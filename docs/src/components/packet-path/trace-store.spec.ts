import { decidingStep } from './path-view.js';
import { labTraces, type LabTraces } from './testing/lab-traces.js';
import { openPath, type PathAction, type PathState, reducePath, TraceStore } from './trace-store.js';

let traces: LabTraces;

beforeAll(async () => {
  traces = await labTraces();
});

const after = (state: PathState, ...actions: readonly PathAction[]): PathState => actions.reduce(reducePath, state);
const open = (): PathState => openPath(traces.clusterIp);
const hopOf = ({ view, step }: PathState): number => view.steps[step]!.hop;

describe('the path', () => {
  it('opens forward, where it was decided, standing still', () => {
    const state = open();
    expect(state).toMatchObject({ direction: 'forward', step: decidingStep(state.view), playing: false, shows: 'flow' });
  });

  it('goes by steps and stops at either end', () => {
    const last = open().view.steps.length - 1;
    expect(after(open(), { type: 'first' }, { type: 'step', by: -1 }).step).toBe(0);
    expect(after(open(), { type: 'first' }, { type: 'step', by: 1 }).step).toBe(1);
    expect(after(open(), { type: 'last' }, { type: 'step', by: 1 }).step).toBe(last);
    expect(after(open(), { type: 'go', step: 1000 }).step).toBe(last);
  });

  it('goes by hops: first to the start of this one, then to the one before', () => {
    const inside = after(open(), { type: 'go', step: open().view.hops[1]!.steps[2]!.index });
    const start = after(inside, { type: 'hop', by: -1 });
    expect([hopOf(start), start.step]).toEqual([1, start.view.hops[1]!.steps[0]!.index]);
    expect(after(start, { type: 'hop', by: -1 }).step).toBe(0);
    expect(hopOf(after(inside, { type: 'hop', by: 1 }))).toBe(2);
    expect(after(inside, { type: 'hop', by: 1 }, { type: 'hop', by: 1 }, { type: 'hop', by: 1 }).step).toBe(inside.view.steps.length - 1);
  });

  it('turns round and back, each time to what was decided there', () => {
    const back = after(open(), { type: 'turn' });
    expect(back).toMatchObject({ direction: 'return', step: decidingStep(back.view) });
    expect(back.view.steps[back.step]!.content.kind).toBe('nat');
    expect(after(back, { type: 'turn' }).direction).toBe('forward');
  });

  it('does not turn where nothing came back', () => {
    const state = openPath(traces.wrongPort);
    expect(after(state, { type: 'turn' })).toBe(state);
  });

  it('plays to the end and stops there; from the end it starts over', () => {
    const playing = after(open(), { type: 'last' }, { type: 'toggle play' });
    expect(playing).toMatchObject({ step: 0, playing: true });
    let state = playing;
    const seen: number[] = [];
    for (let i = 0; state.playing && i < 100; i++) {
      state = reducePath(state, { type: 'tick' });
      seen.push(state.step);
    }
    expect(seen).toEqual(playing.view.steps.slice(1).map(({ index }) => index));
  });

  it('plays hop by hop where motion is reduced', () => {
    let state = after(open(), { type: 'first' }, { type: 'toggle play' });
    const hops: number[] = [];
    for (let i = 0; state.playing && i < 100; i++) {
      state = reducePath(state, { type: 'hop tick' });
      hops.push(hopOf(state));
    }
    expect(hops).toEqual([1, 2, 3, 3]);
    expect(state.step).toBe(state.view.steps.length - 1);
  });

  it('stops playing when somebody steps, turns or reads the text', () => {
    const playing = after(open(), { type: 'first' }, { type: 'toggle play' });
    for (const action of [{ type: 'step', by: 1 }, { type: 'turn' }, { type: 'toggle text' }, { type: 'go', step: 3 }] as const) {
      expect(reducePath(playing, action).playing).toBe(false);
    }
  });
});

describe('TraceStore', () => {
  it('tells its listeners of changes, and of nothing else', () => {
    const store = new TraceStore(traces.clusterIp);
    let told = 0;
    const stop = store.subscribe(() => told++);
    store.dispatch({ type: 'point', step: 3 });
    store.dispatch({ type: 'point', step: 3 });
    expect([told, store.snapshot().pointed]).toEqual([1, 3]);
    stop();
    store.dispatch({ type: 'first' });
    expect([told, store.snapshot().step]).toEqual([1, 0]);
  });
});
