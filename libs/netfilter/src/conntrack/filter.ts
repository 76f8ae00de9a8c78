import { inPrefix, sameAddress, type Address, type Prefix } from '@svclab/wire';
import type { ConntrackFilter } from './arguments.js';
import { STATUS, type ConntrackEntry } from './entry.js';

/** Whether an entry is one of those the command line asks for. */
export function passesFilter(entry: Readonly<ConntrackEntry>, filter: ConntrackFilter): boolean {
  const { original, reply } = entry;
  return (
    filter.family !== 'ipv6' &&
    (filter.zone ?? 0) === 0 &&
    (filter.protocol === undefined || original.protocol === filter.protocol) &&
    addressPasses(filter.origSrc, original.src) &&
    addressPasses(filter.origDst, original.dst) &&
    addressPasses(filter.replySrc, reply.src) &&
    addressPasses(filter.replyDst, reply.dst) &&
    numberPasses(filter.sport, original.sport) &&
    numberPasses(filter.dport, original.dport) &&
    numberPasses(filter.replySport, reply.sport) &&
    numberPasses(filter.replyDport, reply.dport) &&
    numberPasses(filter.icmpType, original.dport >>> 8) &&
    numberPasses(filter.icmpCode, original.dport & 255) &&
    numberPasses(filter.icmpId, original.sport) &&
    (filter.state === undefined || entry.tcp === filter.state) &&
    (filter.mark === undefined || (entry.mark & filter.mark.mask) >>> 0 === filter.mark.value) &&
    (filter.status ?? []).every(({ set, unset }) => (entry.status & set) === set && (entry.status & unset) === 0) &&
    natPasses(entry, filter)
  );
}

const addressPasses = (wanted: Prefix | undefined, address: Address): boolean => !wanted || inPrefix(address, wanted);

const numberPasses = (wanted: number | undefined, value: number): boolean => wanted === undefined || value === wanted;

/** A translated source is where answers go; a translated destination is where they come from. */
function natPasses(entry: Readonly<ConntrackEntry>, { srcNat, dstNat, anyNat }: ConntrackFilter): boolean {
  const source = (wanted: Prefix | 'any'): boolean => isTranslated(entry, STATUS.SRC_NAT, entry.original.src, entry.reply.dst, wanted);
  const destination = (wanted: Prefix | 'any'): boolean => isTranslated(entry, STATUS.DST_NAT, entry.original.dst, entry.reply.src, wanted);
  return (!srcNat || source(srcNat)) && (!dstNat || destination(dstNat)) && (!anyNat || source(anyNat) || destination(anyNat));
}

function isTranslated(entry: Readonly<ConntrackEntry>, bit: number, before: Address, after: Address, wanted: Prefix | 'any'): boolean {
  if (!(entry.status & bit)) return false;
  return wanted === 'any' || (!sameAddress(before, after) && inPrefix(after, wanted));
}
