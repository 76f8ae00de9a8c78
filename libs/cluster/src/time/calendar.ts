import { formatTime } from '@svclab/kube-api';

const DAY_US = 86_400_000_000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2024-09-22T13:55:28.516763Z`, as Docker writes it: Go drops zeros at the end of a fraction, and an empty one. */
export function rfc3339Nano(us: number): string {
  const microseconds = ((us % 1_000_000) + 1_000_000) % 1_000_000;
  const fraction = String(microseconds).padStart(6, '0').replace(/0+$/, '');
  return fraction ? formatTime(us).replace('Z', `.${fraction}Z`) : formatTime(us);
}

/** `Sun, 22 Sep 2024 13:55:28 GMT`: the Date header of HTTP (RFC 9110, IMF-fixdate). */
export function httpDate(us: number): string {
  const [, year, month, day, clock] = /^(\d+)-(\d\d)-(\d\d)T([\d:]+)Z$/.exec(formatTime(us))!;
  // 1970-01-01 was a Thursday.
  const weekday = (((Math.floor(us / DAY_US) + 4) % 7) + 7) % 7;
  return `${WEEKDAYS[weekday]}, ${day} ${MONTHS[Number(month) - 1]} ${year} ${clock} GMT`;
}

/** `Sun Sep 22 13:55:28 UTC 2024`: what `date` prints. */
export function shellDate(us: number): string {
  const [, weekday, day, month, year, clock] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(httpDate(us))!;
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${clock} UTC ${year}`;
}
