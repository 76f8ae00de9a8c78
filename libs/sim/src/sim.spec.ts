import { Sim } from './sim.js';

function begun(): Sim {
  const sim = new Sim();
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: 1_000_000 });
  return sim;
}

describe('Sim', () => {
  it('runs timers in order of time, then of setting, and moves the clock to each', () => {
    const sim = begun();
    const seen: string[] = [];
    sim.timers.on('say', (payload) => seen.push(`${String(payload)}@${sim.nowUs}`));
    sim.timers.set('b', { dueUs: 1_000_020, kind: 'say', payload: 'b' });
    sim.timers.set('c', { dueUs: 1_000_010, kind: 'say', payload: 'c' });
    sim.timers.set('a', { dueUs: 1_000_010, kind: 'say', payload: 'a' });
    sim.timers.set('late', { dueUs: 2_000_000, kind: 'say', payload: 'late' });
    sim.advance(100);
    expect(seen).toEqual(['c@1000010', 'a@1000010', 'b@1000020']);
    expect(sim.nowUs).toBe(1_000_100);
  });

  it('settles when only periodic timers are left, running those that fall due on the way', () => {
    const sim = begun();
    let beats = 0;
    sim.timers.on('beat', () => {
      beats++;
      sim.timers.set('beat', { dueUs: sim.nowUs + 1_000_000, kind: 'beat', periodic: true });
    });
    sim.timers.on('once', () => {});
    sim.timers.set('beat', { dueUs: sim.nowUs + 1_000_000, kind: 'beat', periodic: true });
    sim.timers.set('once', { dueUs: sim.nowUs + 3_500_000, kind: 'once' });
    expect(sim.settle()).toEqual({ advancedUs: 3_500_000, settled: true });
    expect(beats).toBe(3);
    expect(sim.settle()).toEqual({ advancedUs: 0, settled: true });
  });

  it('gives up settling after its limit and says so', () => {
    const sim = begun();
    sim.timers.on('again', () => sim.timers.set('again', { dueUs: sim.nowUs + 1_000_000, kind: 'again' }));
    sim.timers.set('again', { dueUs: sim.nowUs + 1_000_000, kind: 'again' });
    const report = sim.settle(10_000_000);
    expect(report).toEqual({ advancedUs: 10_000_000, settled: false });
  });

  it('lets queues run until none has work, and forgets their work with an aborted entry', () => {
    const sim = begun();
    const done: number[] = [];
    let queued = [3];
    sim.addWorkQueue({
      drain: () => {
        const work = queued;
        queued = [];
        for (const n of work) {
          done.push(n);
          if (n > 0) queued.push(n - 1);
        }
        return work.length > 0;
      },
      clear: () => (queued = []),
    });
    sim.drainWork();
    expect(done).toEqual([3, 2, 1, 0]);
    queued = [9];
    sim.abortEntry();
    expect(queued).toEqual([]);
    expect(sim.nowUs).toBe(0);
  });

  it('draws the same in the same entry and anew in the next', () => {
    const draw = (seq: number): number => {
      const sim = begun();
      sim.commitEntry();
      sim.beginEntry(seq);
      return sim.random('x').u32();
    };
    expect(draw(2)).toBe(draw(2));
    expect(draw(2)).not.toBe(draw(3));
  });
});
