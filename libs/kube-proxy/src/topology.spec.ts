import { readFileSync } from 'node:fs';
import { IptablesProxier } from './iptables/proxier.js';
import { IpvsProxier } from './ipvs/proxier.js';
import { NftablesProxier } from './nftables/proxier.js';
import type { Proxier, ProxierContext } from './proxier.js';
import { syncOnce, type Scenario, type ScenarioEndpoint } from './testing/scenario-cluster.js';

const [CLUSTER_IP] = JSON.parse(readFileSync(new URL('testdata/scenarios.json', import.meta.url), 'utf8')) as Scenario[];
const IN_ZONE_A = ['10.10.1.1', '10.10.1.2'];
const ALL = [...IN_ZONE_A, '10.10.2.1', '10.10.2.2'];

const endpoint = (address: string, overrides: Partial<ScenarioEndpoint> = {}): ScenarioEndpoint => ({
  address,
  port: 80,
  local: false,
  ready: true,
  serving: true,
  terminating: false,
  zoneHints: [IN_ZONE_A.includes(address) ? 'a' : 'b'],
  ...overrides,
});
const { zoneHints: _hints, ...UNHINTED } = endpoint('10.10.2.2');
const HINTED = ALL.map((address) => endpoint(address));

type MakeProxier = (context: ProxierContext) => Proxier;
const MODES: readonly (readonly [mode: string, makeProxier: MakeProxier])[] = [
  ['iptables', (context) => new IptablesProxier(context)],
  ['ipvs', (context) => new IpvsProxier(context)],
  ['nftables', (context) => new NftablesProxier(context)],
];

interface Situation {
  readonly version: string;
  readonly nodeZone?: string | null;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly endpoints?: readonly ScenarioEndpoint[];
}

/** Which of the endpoints the tools are told to send to. */
function used(makeProxier: MakeProxier, { version, nodeZone = 'a', annotations = {}, endpoints = HINTED }: Situation): string[] {
  const [port] = CLUSTER_IP!.servicePorts;
  const scenario = {
    ...CLUSTER_IP!,
    config: { ...CLUSTER_IP!.config, nodeZone },
    servicePorts: [{ ...port!, annotations, endpoints }],
  };
  const { inputs } = syncOnce(scenario, (context) => makeProxier({ ...context, version }));
  const written = inputs.map(({ text }) => text).join('');
  return ALL.filter((address) => new RegExp(`(--to-destination|-r|dnat to) ${address}:80\\b`).test(written));
}

const MODE = { 'service.kubernetes.io/topology-mode': 'Auto' };
const OLD_OFF = { 'service.kubernetes.io/topology-aware-hints': 'Disabled' };

describe.each(MODES)('zone hints in mode %s', (_, makeProxier) => {
  it.each<[string, Situation, readonly string[]]>([
    ['v1.31 uses them whatever the annotations say', { version: 'v1.31.0' }, IN_ZONE_A],
    ['v1.31, annotated Disabled', { version: 'v1.31.0', annotations: OLD_OFF }, IN_ZONE_A],
    ['v1.30 without an annotation', { version: 'v1.30.4' }, ALL],
    ['v1.30, annotated Auto', { version: 'v1.30.4', annotations: MODE }, IN_ZONE_A],
    ['v1.30, any other word', { version: 'v1.30.4', annotations: { 'service.kubernetes.io/topology-mode': 'auto-' } }, IN_ZONE_A],
    ['v1.30, the deprecated annotation goes first', { version: 'v1.30.4', annotations: { ...MODE, ...OLD_OFF } }, ALL],
    ['v1.30, disabled', { version: 'v1.30.4', annotations: { 'service.kubernetes.io/topology-mode': 'disabled' } }, ALL],
    ['no endpoint has one for the zone', { version: 'v1.31.0', nodeZone: 'c' }, ALL],
    ['the node has no zone', { version: 'v1.31.0', nodeZone: null }, ALL],
    ['the node has no zone in v1.30', { version: 'v1.30.4', nodeZone: null, annotations: MODE }, ALL],
    ['a ready endpoint has none', { version: 'v1.31.0', endpoints: [...HINTED.slice(0, 3), UNHINTED] }, ALL],
    [
      'an endpoint that is not ready has none',
      { version: 'v1.31.0', endpoints: [...HINTED.slice(0, 3), { ...UNHINTED, ready: false, serving: false }] },
      IN_ZONE_A,
    ],
    [
      'endpoints that terminate are used when none is ready, hints or not',
      { version: 'v1.31.0', endpoints: HINTED.map((each) => ({ ...each, ready: false, terminating: true })) },
      ALL,
    ],
  ])('%s', (__, situation, expected) => {
    expect(used(makeProxier, situation)).toEqual(expected);
  });
});
