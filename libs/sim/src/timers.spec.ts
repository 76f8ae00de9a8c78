import { Sim } from './sim.js';

const newSim = (): Sim => {
  const sim = new Sim();
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: 0 });
  return sim;
};

describe('timers', () => {
  it('come up by time, then in the order in which they were set', () => {
    const { timers } = newSim();
    for (const [name, dueUs] of [
      ['d', 40],
      ['b', 20],
      ['a', 10],
      ['c', 20],
    ] as const)
      timers.set(name, { dueUs, kind: 'x' });
    const order: string[] = [];
    for (let name = timers.earliest(); name !== undefined; name = timers.earliest()) {
      order.push(name);
      timers.cancel(name);
    }
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that are set again or cancelled are not found at their old time', () => {
    const { timers } = newSim();
    timers.set('a', { dueUs: 10, kind: 'x' });
    timers.set('b', { dueUs: 20, kind: 'x', periodic: true });
    timers.set('a', { dueUs: 30, kind: 'x' });
    expect(timers.earliest()).toBe('b');
    expect(timers.earliest(false)).toBe('a');
    timers.cancel('b');
    expect(timers.earliest()).toBe('a');
  });

  it('are as before after a rollback, and a number given out again misleads nobody', () => {
    const sim = newSim();
    const { timers } = sim;
    timers.set('kept', { dueUs: 50, kind: 'x' });
    sim.commitEntry();
    sim.beginEntry(2);
    timers.set('other', { dueUs: 10, kind: 'x' });
    timers.cancel('kept');
    expect(timers.earliest()).toBe('other');
    sim.abortEntry();
    expect(timers.earliest()).toBe('kept');
    sim.beginEntry(3);
    timers.set('other', { dueUs: 90, kind: 'x' });
    expect(timers.earliest()).toBe('kept');
  });
});
