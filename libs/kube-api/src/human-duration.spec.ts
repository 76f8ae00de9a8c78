import fc from 'fast-check';
import { ageOf, humanDuration } from './human-duration.js';
import { formatMicroTime, formatTime, parseTime } from './identity.js';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

it.each([
  [-2, '<invalid>'],
  [-1, '0s'],
  [0, '0s'],
  [119.9, '119s'],
  [120, '2m'],
  [125, '2m5s'],
  [10 * MINUTE + 5, '10m'],
  [179 * MINUTE, '179m'],
  [180 * MINUTE, '3h'],
  [3 * HOUR + 5 * MINUTE, '3h5m'],
  [8 * HOUR + 5 * MINUTE, '8h'],
  [47 * HOUR, '47h'],
  [48 * HOUR, '2d'],
  [49 * HOUR, '2d1h'],
  [8 * DAY + HOUR, '8d'],
  [729 * DAY, '729d'],
  [2 * YEAR + 3 * DAY, '2y3d'],
  [8 * YEAR + 3 * DAY, '8y'],
])('%d s is %s', (seconds, text) => expect(humanDuration(seconds)).toBe(text));

it('counts ages from timestamps', () => {
  const now = parseTime('2024-09-29T01:00:00Z')!;
  expect(ageOf('2024-09-29T00:59:15Z', now)).toBe('45s');
  expect(ageOf(undefined, now)).toBe('<unknown>');
});

describe('times', () => {
  it('are those of the calendar', () => {
    expect(formatTime(0)).toBe('1970-01-01T00:00:00Z');
    expect(formatTime(951_782_400_000_000)).toBe('2000-02-29T00:00:00Z');
    expect(formatMicroTime(1_727_000_000_000_042)).toBe('2024-09-22T10:13:20.000042Z');
    expect(parseTime('2024-09-29T03:18:15+09:00')).toBe(parseTime('2024-09-28T18:18:15Z'));
    expect(parseTime('yesterday')).toBeUndefined();
  });

  it('come back as they went', () => {
    // Years 0 to 9999, as the host's own calendar counts them.
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
        expect(parseTime(formatTime(seconds * 1_000_000))).toBe(seconds * 1_000_000);
        expect(formatTime(seconds * 1_000_000)).toBe(new Date(seconds * 1000).toISOString().replace('.000', ''));
      }),
    );
  });
});
