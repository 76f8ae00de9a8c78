import { ageOf, parseTime, type ApiServer, type KubeObject } from '@svclab/kube-api';
import type { DescribeWriter } from './writer.js';

/** What describing one object may look at. */
export interface DescribeContext {
  readonly api: ApiServer;
  readonly nowUs: number;
  readonly showEvents: boolean;
}

/** Writes everything about one object, without its events. */
export type Describe = (object: Readonly<KubeObject>, writer: DescribeWriter, context: DescribeContext) => void;

/** `5m12s` since an RFC 3339 time. */
export const since = (context: DescribeContext, timestamp: string | undefined | null): string => ageOf(timestamp, context.nowUs);

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_US = 86_400_000_000;

/** `2024-09-28T10:15:27Z` → `Sat, 28 Sep 2024 10:15:27 +0000` (RFC 1123 with a numeric zone); a missing time is Go's zero time. */
// Simplification: describe shows times in UTC; a real kubectl uses the time zone of the machine it runs on.
export function rfc1123(timestamp: string | undefined | null): string {
  const us = timestamp ? parseTime(timestamp) : undefined;
  if (us === undefined) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const [year, month, day] = timestamp!.slice(0, 10).split('-');
  const weekday = WEEKDAYS[Math.floor(us / DAY_US) % 7]!;
  return `${weekday}, ${day} ${MONTHS[Number(month) - 1]} ${year} ${timestamp!.slice(11, 19)} +0000`;
}
