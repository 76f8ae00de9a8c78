import type { SchedulerName } from '../types.js';
import { dh, sh } from './hashing.js';
import { lc, nq, sed, wlc } from './least-connections.js';
import { lblc, lblcr } from './locality.js';
import { rr } from './rr.js';
import type { Scheduler } from './scheduler.js';
import { wrr } from './wrr.js';

/** Every scheduler that `-s` can name. */
// Simplification: fo, ovf and mh are not there.
export const SCHEDULERS: { readonly [name in SchedulerName]: Scheduler } = { rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq };
