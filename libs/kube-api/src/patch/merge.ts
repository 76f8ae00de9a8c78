import { cloneJson } from '@svclab/sim';
import { isObject, member, setMember } from '../json.js';

/** JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return cloneJson(patch);
  const base = isObject(target) ? target : {};
  const merged: Record<string, unknown> = {};
  for (const key of Object.keys(base)) if (!Object.hasOwn(patch, key)) setMember(merged, key, base[key]);
  for (const key of Object.keys(patch)) {
    const change = patch[key];
    if (change === null) continue;
    setMember(merged, key, mergePatch(member(base, key), change));
  }
  return merged;
}
