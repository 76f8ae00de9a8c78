import type { TargetExtension } from '../extension.js';
import { dnat } from './dnat.js';
import { mark } from './mark.js';
import { masquerade } from './masquerade.js';
import { redirect } from './redirect.js';
import { reject } from './reject.js';
import { snat } from './snat.js';

/** Every extension that `-j` can load. */
export const TARGETS: ReadonlyMap<string, TargetExtension> = new Map(
  [dnat, mark, masquerade, redirect, reject, snat].map((target) => [target.name, target]),
);
