import { formatAddress, ipv4Mask, isIpv4, parseIpv4, type Address } from '@svclab/wire';
import type { RecentCheck } from '../../recent/recent-lists.js';
import { bang, type MatchExtension, type OptionSet } from '../extension.js';
import { parameterProblem, RuleRefused } from '../tool-error.js';

const ACTIONS = ['set', 'rcheck', 'update', 'remove'] as const;
const LABELS = { set: 'SET', rcheck: 'CHECK', update: 'UPDATE', remove: 'REMOVE' } as const;

/** Linux: `XT_RECENT_NAME_LEN`, its final zero byte included. */
const MOST_NAME_LENGTH = 200;

/** `-m recent`: whether an address was seen lately; kube-proxy's session affinity (Linux: net/netfilter/xt_recent.c). */
export const recent: MatchExtension = {
  name: 'recent',
  options: [
    { name: 'set', values: 0, invertible: true, excludes: ['rcheck', 'update', 'remove'] },
    { name: 'rcheck', values: 0, invertible: true, excludes: ['set', 'update', 'remove'] },
    { name: 'update', values: 0, invertible: true, excludes: ['set', 'rcheck', 'remove'] },
    { name: 'remove', values: 0, invertible: true, excludes: ['set', 'rcheck', 'update'] },
    { name: 'seconds', values: 1 },
    { name: 'reap', values: 0, needs: 'seconds' },
    { name: 'hitcount', values: 1 },
    { name: 'rttl', values: 0 },
    { name: 'name', values: 1 },
    { name: 'rsource', values: 0, excludes: ['rdest'] },
    { name: 'rdest', values: 0, excludes: ['rsource'] },
    { name: 'mask', values: 1 },
  ],
  parse(options) {
    const check = parseCheck(options);
    const inverted = options.isInverted(check.action);
    const name = parseName(options);
    const side = options.has('rdest') ? 'dst' : 'src';
    const mask = parseMask(options);
    const seenAddress = (address: Address): Address => (isIpv4(address) ? (address & mask) >>> 0 : address);
    return {
      name: 'recent',
      text:
        `${bang(inverted)}--${check.action}` +
        (check.seconds ? ` --seconds ${check.seconds}` : '') +
        (check.reap ? ' --reap' : '') +
        (check.hitCount ? ` --hitcount ${check.hitCount}` : '') +
        (check.matchTtl ? ' --rttl' : '') +
        ` --name ${name} --mask ${formatAddress(mask)} --${side === 'src' ? 'rsource' : 'rdest'}`,
      list: () =>
        `${bang(inverted)}recent: ${LABELS[check.action]}` +
        (check.seconds ? ` seconds: ${check.seconds}` : '') +
        (check.reap ? ' reap' : '') +
        (check.hitCount ? ` hit_count: ${check.hitCount}` : '') +
        (check.matchTtl ? ' TTL-Match' : '') +
        ` name: ${name} side: ${side === 'src' ? 'source' : 'dest'} mask: ${formatAddress(mask)}`,
      recentList: name,
      test: ({ kernel, netns, packet, skb }) => {
        const ttl = skb.inIface !== '' && skb.outIface !== '' ? packet.ttl + 1 : packet.ttl;
        return kernel.recent.check(netns, name, check, seenAddress(packet[side]), ttl) !== inverted;
      },
      explain: ({ packet }, matched) =>
        check.action === 'set'
          ? `${formatAddress(packet[side])} is noted in list ${name}`
          : `${formatAddress(packet[side])} is ${matched === inverted ? 'not ' : ''}in list ${name}${check.seconds ? `, seen within ${check.seconds} s` : ''}`,
    };
  },
};

function parseCheck(options: OptionSet): RecentCheck {
  const action = ACTIONS.find((candidate) => options.has(candidate));
  if (!action) throw parameterProblem("recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'");
  const seconds = options.number('seconds', 1, 0xffffffff) ?? 0;
  const hitCount = options.number('hitcount', 1, 0xffffffff) ?? 0;
  const matchTtl = options.has('rttl');
  if ((action === 'set' || action === 'remove') && (seconds || hitCount || matchTtl)) throw new RuleRefused('Invalid argument');
  return { action, seconds, hitCount, matchTtl, reap: options.has('reap') };
}

function parseName(options: OptionSet): string {
  const name = options.value('name') ?? 'DEFAULT';
  if (name.length >= MOST_NAME_LENGTH) throw options.problem(`option "--name" argument is too long.`);
  return name;
}

function parseMask(options: OptionSet): number {
  const text = options.value('mask');
  if (text === undefined) return ipv4Mask(32);
  const mask = parseIpv4(text);
  if (mask === undefined) throw options.problem(`bad value for option "--mask", neither a valid network mask nor valid CIDR (${text}).`);
  return mask;
}
