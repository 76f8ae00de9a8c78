import type { World } from '@svclab/cluster';
import type { Draw } from './draw.js';
import { generateRule, type RulePlace, type RulePools } from './rule-generator.js';
import { WEB_PORT } from './service-plan.js';

/** Where things are in a world that stands. */
export interface Places {
  readonly nodes: readonly { readonly netns: string; readonly address: string; readonly gateway: string | undefined }[];
  readonly pods: readonly { readonly netns: string; readonly address: string }[];
  /** A client outside. */
  readonly client: string;
  /** Ports that rules may speak of. */
  readonly ports: readonly number[];
}

export const HEALTH_PORT = 10_256;

const EXTRA_PLACES: readonly RulePlace[] = [
  { table: 'raw', hook: 'PREROUTING' },
  { table: 'raw', hook: 'OUTPUT' },
  { table: 'mangle', hook: 'PREROUTING' },
  { table: 'mangle', hook: 'FORWARD' },
  { table: 'mangle', hook: 'OUTPUT' },
  { table: 'mangle', hook: 'POSTROUTING' },
  { table: 'nat', hook: 'PREROUTING' },
  { table: 'nat', hook: 'OUTPUT' },
  { table: 'nat', hook: 'POSTROUTING' },
  { table: 'filter', hook: 'INPUT' },
  { table: 'filter', hook: 'FORWARD' },
  { table: 'filter', hook: 'OUTPUT' },
];
const CHAIN = 'EXTRA';
const ACCOUNTS = ['one', 'two'];
const SETS = [
  { name: 'addresses', type: 'hash:ip', sides: ['src', 'dst'] },
  { name: 'networks', type: 'hash:net', sides: ['src', 'dst'] },
  { name: 'pairs', type: 'hash:ip,port', sides: ['dst,dst', 'dst,dst', 'src,src', 'src,dst'] },
  { name: 'ports', type: 'bitmap:port range 0-65535', sides: ['dst', 'src'] },
] as const;

/** Adds to a node what a tinkering learner might: sets and rules. Returns both as restore text. */
export function tinker(draw: Draw, world: World, netns: string, places: Places): string {
  const pools = poolsOf(world, netns, places);
  const sets = addSets(draw, world, netns, pools);
  // Table raw is always there, so that every world has the same tables.
  let text = sets + accept(world, netns, '*raw\nCOMMIT\n');
  for (const table of ['raw', 'mangle', 'nat', 'filter'] as const) {
    const rule = generateRule(draw, { ...pools, chains: [] }, { table, hook: 'any' }, { purpose: 'traffic' });
    const own = / -j (?:MASQ|SNAT|DNAT|REDIR|NETMAP)/.test(rule) ? '' : `-A ${CHAIN} ${rule}\n`;
    text += accept(world, netns, `*${table}\n:${CHAIN} - [0:0]\n${own}COMMIT\n`);
  }
  for (let i = draw.integer(0, 7); i > 0; i--) {
    const place = draw.pick(EXTRA_PLACES);
    const rule = generateRule(draw, pools, place, { purpose: 'traffic' });
    text += accept(world, netns, `*${place.table}\n-${draw.oneIn(3) ? 'A' : 'I'} ${place.hook} ${rule}\nCOMMIT\n`);
  }
  if (draw.oneIn(10)) text += accept(world, netns, `*filter\n:${draw.pick(['INPUT', 'FORWARD', 'OUTPUT'])} DROP [0:0]\nCOMMIT\n`);
  return text;
}

function poolsOf(world: World, netns: string, { nodes, pods, client, ports }: Places): RulePools {
  const own = nodes.find((node) => node.netns === netns)!;
  const addresses = [...nodes.map(({ address }) => address), ...pods.map(({ address }) => address), client];
  const senders = [...nodes, ...pods].map((place) => world.net.link(place.netns, 'eth0')!.mac);
  return {
    addresses,
    prefixes: [...addresses, '10.10.0.0/16', '10.200.1.0/24', '172.18.0.0/16', '127.0.0.0/8'],
    ports,
    portRanges: false,
    interfaces: ['eth0', 'veth+', 'lo'],
    chains: [CHAIN],
    own: [own.address, ...(own.gateway === undefined ? [] : [own.gateway])],
    servers: [...pods.map(({ address }) => `${address}:${WEB_PORT}`), ...nodes.map(({ address }) => `${address}:${HEALTH_PORT}`)],
    networks: [...new Set(pods.map(({ address }) => address.replace(/\d+$/, '0/24'))), ...pods.map(({ address }) => `${address}/32`)],
    macs: senders,
    sets: SETS,
    accounts: ACCOUNTS,
  };
}

function addSets(draw: Draw, world: World, netns: string, { addresses, prefixes, ports }: RulePools): string {
  const member = {
    addresses: () => draw.pick(addresses),
    networks: () => `${draw.pick(prefixes)}${draw.oneIn(4) ? ' nomatch' : ''}`,
    pairs: () => `${draw.pick(addresses)},${draw.pick(['tcp', 'udp'])}:${draw.pick(ports)}`,
    ports: () => String(draw.pick(ports)),
  };
  const text = SETS.map(({ name, type }) => {
    const members = Array.from({ length: draw.integer(0, 4) }, () => `add ${name} ${member[name]()}\n`);
    return `create ${name} ${type}${draw.oneIn(2) ? ' counters' : ''}\n${members.join('')}`;
  }).join('');
  world.net.netfilter.ipset(netns, ['-exist', 'restore'], text);
  for (const name of ACCOUNTS) world.net.netfilter.nfacct(netns, ['add', name]);
  return text;
}

/** Restores `text` beside what is there; '' when the simulator does not take it. */
const accept = (world: World, netns: string, text: string): string =>
  world.net.netfilter.iptablesRestore(netns, ['--noflush'], text).exitCode === 0 ? text : '';
