import { STATUS } from './entry.js';

/** The bits that the tools speak of, by name. */
const NAMES = ['SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'SRC_NAT', 'DST_NAT'] as const;

export const statusNames = (status: number): string[] => NAMES.filter((name) => status & STATUS[name]);

/** What `conntrack -u` may ask for: bits that must be set, or that must not. */
const ASKABLE: { readonly [name: string]: { readonly set: number; readonly unset: number } } = {
  ASSURED: { set: STATUS.ASSURED, unset: 0 },
  SEEN_REPLY: { set: STATUS.SEEN_REPLY, unset: 0 },
  UNREPLIED: { set: 0, unset: STATUS.SEEN_REPLY },
  UNSET: { set: 0, unset: 0 },
  SRC_NAT: { set: STATUS.SRC_NAT, unset: 0 },
  DST_NAT: { set: STATUS.DST_NAT, unset: 0 },
  CONFIRMED: { set: STATUS.CONFIRMED, unset: 0 },
};

export const askableStatus = (name: string): { readonly set: number; readonly unset: number } | undefined =>
  Object.hasOwn(ASKABLE, name) ? ASKABLE[name] : undefined;
