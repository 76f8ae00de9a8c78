import { TURNS_AGAIN, whatRecurs } from './recurrence.js';

/** Turns that differ in these things, in order; nothing after the last. */
const turns = (...found: readonly string[][]) => {
  let taken = 0;
  return {
    take: (number: number) => {
      taken = number;
      return Promise.resolve({ differences: (found[number - 1] ?? []).map((what) => ({ what, simulator: 'a', kernel: 'b' })) });
    },
    taken: () => taken,
  };
};

describe('a difference', () => {
  test('that is none is asked about once', async () => {
    const series = turns();
    expect(await whatRecurs(series.take)).toMatchObject({ differs: false, passing: [] });
    expect(series.taken()).toBe(1);
  });

  test('that always shows counts in the second turn', async () => {
    const series = turns(['a counter'], ['a counter']);
    expect(await whatRecurs(series.take)).toMatchObject({ differs: true, turn: { differences: [{ what: 'a counter' }] } });
    expect(series.taken()).toBe(2);
  });

  test('that shows by chance counts when it shows again, however many turns lie between', async () => {
    const series = turns(['a counter'], [], [], ['an event'], [], [], [], [], ['a counter']);
    expect(await whatRecurs(series.take)).toMatchObject({ differs: true });
    expect(series.taken()).toBe(9);
  });

  test('of which no turn shows the same thing twice is told, and does not count', async () => {
    const series = turns(['a counter'], [], ['an event']);
    const { differs, passing } = await whatRecurs(series.take);
    expect({ differs, told: passing.map(({ what }) => what) }).toEqual({ differs: false, told: ['a counter', 'an event'] });
    expect(series.taken()).toBe(1 + TURNS_AGAIN);
  });
});
