import type { Verdict } from './types.js';

/** Lets the packet go on. There is this one object, so that hooks need not look into it. */
export const ACCEPT: Verdict = { kind: 'ACCEPT' };
