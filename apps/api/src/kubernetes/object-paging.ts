import { invalidField } from '../problems/problem.js';
import type { ListQuery } from './kubernetes.schemas.js';

interface ObjectList {
  readonly metadata: object;
  readonly items: readonly { readonly metadata: { readonly namespace?: string; readonly name: string } }[];
}

/** One page of a list in key order; the token names the last object shown, so that pages stay right while objects come and go. */
export function pageOf(list: ObjectList, { limit, continue: token }: Pick<ListQuery, 'limit' | 'continue'>): object {
  const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString('utf8');
  if (after !== undefined && !after.includes('/'))
    throw invalidField(400, 'Invalid page token', 'continue', 'must come from metadata.continue of the page before');
  const rest = after === undefined ? list.items : list.items.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, limit);
  const left = rest.length - items.length;
  const more = left > 0 ? { continue: Buffer.from(keyOf(items.at(-1)!)).toString('base64url'), remainingItemCount: left } : {};
  return { ...list, metadata: { ...list.metadata, ...more }, items };
}

const keyOf = ({ metadata }: ObjectList['items'][number]): string => `${metadata.namespace ?? ''}/${metadata.name}`;
