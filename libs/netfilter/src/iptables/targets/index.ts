import type { TargetExtension } from '../extension.js';
import { connmark } from './connmark.js';
import { ct, notrack } from './ct.js';
import { dnat } from './dnat.js';
import { dscp } from './dscp.js';
import { log } from './log.js';
import { mark } from './mark.js';
import { masquerade } from './masquerade.js';
import { netmap } from './netmap.js';
import { redirect } from './redirect.js';
import { reject } from './reject.js';
import { set } from './set.js';
import { snat } from './snat.js';
import { tos } from './tos.js';
import { trace } from './trace.js';
import { ttl } from './ttl.js';

/** Every extension that `-j` can load. */
export const TARGETS: ReadonlyMap<string, TargetExtension> = new Map(
  [connmark, ct, notrack, dnat, dscp, log, mark, masquerade, netmap, redirect, reject, set, snat, tos, trace, ttl].map((target) => [
    target.name,
    target,
  ]),
);
