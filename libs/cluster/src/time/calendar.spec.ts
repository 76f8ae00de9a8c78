import fc from 'fast-check';
import { httpDate, rfc3339Nano } from './calendar.js';

describe('calendar', () => {
  it('agrees with the host for any moment of four centuries', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000_000_000, max: 10_000_000_000 }), (seconds) => {
        const host = new Date(seconds * 1000);
        expect(rfc3339Nano(seconds * 1e6)).toBe(host.toISOString().replace('.000Z', 'Z'));
        expect(httpDate(seconds * 1e6)).toBe(host.toUTCString());
      }),
    );
  });

  it('drops zeros at the end of a fraction', () => {
    expect(rfc3339Nano(1_727_013_328_516_700)).toBe('2024-09-22T13:55:28.5167Z');
  });
});
