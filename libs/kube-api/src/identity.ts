import type { Prng } from '@svclab/sim';

/** Letters of generated names: no vowels, no look-alikes (apimachinery pkg/util/rand). */
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** 63 − 5: a generated name is a DNS label. */
const MAX_GENERATED_BASE = 58;

/** Five random letters, as in names of pods and EndpointSlices. */
export const nameSuffix = (random: Prng): string => random.text(SUFFIX_LENGTH, NAME_ALPHABET);

/** The name that the server makes of a `generateName` (apiserver pkg/storage/names). */
export const generatedName = (base: string, random: Prng): string => base.slice(0, MAX_GENERATED_BASE) + nameSuffix(random);

/** Eight digits of an unsigned 32-bit number. */
const hex = (value: number): string => (0x1_0000_0000 + value).toString(16).slice(1);

/** A random UUID, RFC 4122 version 4. */
export function uuid(random: Prng): string {
  const a = hex(random.u32());
  const b = hex(((random.u32() & 0xffff0fff) | 0x4000) >>> 0);
  const c = hex(((random.u32() & 0x3fffffff) | 0x80000000) >>> 0);
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${hex(random.u32())}`;
}

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** Virtual microseconds as RFC 3339 with whole seconds, UTC: the API's `Time`. */
export function formatTime(us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  const { year, month, day } = civilDate(Math.floor(seconds / 86_400));
  const ofDay = ((seconds % 86_400) + 86_400) % 86_400;
  return (
    `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}` +
    `T${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}Z`
  );
}

/** As {@link formatTime} with six decimals: the API's `MicroTime` (leases, new events). */
export const formatMicroTime = (us: number): string => `${formatTime(us).slice(0, -1)}.${String(us % 1_000_000).padStart(6, '0')}Z`;

/** The opposite of {@link formatTime}; fractions and offsets are understood. `undefined` when `text` is no time. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|([+-])(\d\d):(\d\d))$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', , sign, offsetHour = '0', offsetMinute = '0'] = match;
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const days = daysFromCivil(Number(year), Number(month), Number(day));
  const minutes = days * 1440 + Number(hour) * 60 + Number(minute) - offsetMinutes;
  return (minutes * 60 + Number(second)) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** Days since 1970-01-01 to a date of the Gregorian calendar; eras of 400 years that begin on 1 March. */
function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}
