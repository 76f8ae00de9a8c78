import { EventRecorder } from './event-recorder.js';
import { SmallCluster } from './testdata/small-cluster.js';

const newRecorder = () => {
  const cluster = new SmallCluster();
  const recorder = new EventRecorder({ sim: cluster.sim, api: cluster.api }, 'test');
  const pod = cluster.pod('webpod1');
  const say = (message: string, reason = 'Told') => recorder.record(pod, { type: 'Normal', reason, message });
  const told = () => cluster.events('webpod1').filter((text) => text.includes(' test: '));
  return { cluster, say, told };
};

describe('events', () => {
  it('count up when they say the same again', () => {
    const { say, told, cluster } = newRecorder();
    say('one');
    cluster.sim.advance(1_000_000);
    say('one');
    say('two');
    expect(told().toSorted()).toEqual(['Normal Told test: one x2', 'Normal Told test: two x1']);
  });

  it('are taken together from the tenth text of one reason on', () => {
    const { say, told } = newRecorder();
    for (let i = 1; i <= 12; i++) say(`text ${i}`);
    say('another reason', 'Said');
    expect(told()).toHaveLength(11);
    expect(told()).toContain('Normal Told test: (combined from similar events): text 12 x3');
    say('text 3');
    expect(told()).toContain('Normal Told test: text 3 x2');
  });

  it('have names of their own in one moment', () => {
    const { say, told, cluster } = newRecorder();
    for (let i = 1; i <= 40; i++) say('a text', `Reason${i}`);
    expect(told()).toHaveLength(40);
    const names = cluster.api.list('events').map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('that were deleted are made anew', () => {
    const { say, told, cluster } = newRecorder();
    say('one');
    for (const { metadata } of cluster.api.list('events')) cluster.api.delete('events', metadata.namespace, metadata.name);
    say('one');
    expect(told()).toEqual(['Normal Told test: one x1']);
  });
});
