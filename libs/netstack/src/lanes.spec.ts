import { jest } from '@jest/globals';
import { Netfilter } from '@svclab/netfilter';
import type { Delta } from '@svclab/sim';
import { address } from '@svclab/wire';
import { readFileSync } from 'node:fs';
import { RecordedJourney } from './journey-replay.js';
import { LaneTable } from './lanes.js';
import type { Netstack } from './netstack.js';
import { labNetwork, NODES, REQUEST } from './testdata/lab-network.js';
import type { Flow, FlowResult } from './types.js';

const RULES = readFileSync(new URL('./testdata/lab-rules.txt', import.meta.url), 'utf8');

const NODE_NAMES = Object.keys(NODES).map((node) => `node/${node}`);

/** Requests to the lab's Service, by default from its client pod. */
const flow = (members: Partial<Flow> = {}): Flow => ({
  netns: 'pod/default/net-pod',
  protocol: 'tcp',
  destination: address('10.200.1.206'),
  port: 9000,
  request: REQUEST,
  ...members,
});

/** What happens between two series of requests. */
type Between = (net: Netstack, advance: (us: number) => void) => void;

interface Played {
  readonly results: readonly Omit<FlowResult, 'trace'>[];
  readonly delta: Delta;
  readonly stateHash: string;
  readonly nextDraws: readonly number[];
}

type Way = 'replayed' | 'walked' | 'traced';

/** Series of requests with something between them; everything that they leave behind. */
function play(way: Way, flows: readonly Flow[], between: Between, series = 4, perSeries = 6): Played {
  const { sim, net } = labNetwork();
  for (const node of NODE_NAMES) {
    for (const name of ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts']) net.netfilter.nfacct(node, ['add', name]);
    net.netfilter.iptablesRestore(node, [], RULES);
  }
  sim.store.commit();
  sim.beginEntry(2);
  const closed = way === 'walked' ? jest.spyOn(LaneTable.prototype, 'isOpen').mockReturnValue(false) : undefined;
  const results: FlowResult[] = [];
  for (let round = 0; round < series; round++) {
    if (round > 0) between(net, (us) => sim.advance(us));
    for (let i = 0; i < perSeries; i++) {
      for (const each of flows) results.push(net.send(each, { trace: way === 'traced' }));
    }
  }
  closed?.mockRestore();
  const nextDraws = ['netstack', 'netfilter'].map((stream) => sim.random(stream).u32());
  const delta = sim.store.commit();
  return { results: results.map(({ trace: _trace, ...rest }) => rest), delta, stateHash: sim.store.stateHash, nextDraws };
}

/** Plays three ways and compares; returns how many segments went along a lane. */
function replayedSegments(flows: readonly Flow[], between: Between = () => undefined): number {
  const alone = jest.spyOn(RecordedJourney.prototype, 'replay');
  const together = jest.spyOn(Netfilter.prototype, 'passTogether');
  const replayed = play('replayed', flows, between);
  const inBursts = together.mock.calls.reduce((sum, [, , segments]) => sum + segments.length, 0);
  const segments = inBursts + alone.mock.results.filter(({ value }) => value !== undefined).length;
  alone.mockRestore();
  together.mockRestore();
  expect(replayed).toEqual(play('walked', flows, between));
  expect(replayed).toEqual(play('traced', flows, between));
  return segments;
}

/** Replays of requests in which nothing happens, to compare with. */
const UNDISTURBED = 24 * 9 - 3 * 9;

describe('segments that go along a lane', () => {
  test('leave the state, the draws and the answers as if each had walked', () => {
    expect(replayedSegments([flow()])).toBeGreaterThanOrEqual(UNDISTURBED);
  });

  test.each<[string, Partial<Flow>]>([
    ['from a node', { netns: 'node/worker2' }],
    ['from a client outside, masqueraded on the way', { netns: 'client/mypc', destination: address('172.18.0.2'), port: 30080 }],
    ['straight to a pod', { destination: address('10.10.1.2'), port: 80 }],
    ['without a request', { request: '' }],
    ['with more than a segment holds', { request: 'x'.repeat(200_000) }],
    ['with text that is longer in UTF-8', { request: '한국어 '.repeat(50) }],
    ['with a limit on its time', { totalTimeoutUs: 1100 }],
    ['from the pod to itself through the Service', { netns: 'pod/default/webpod1' }],
  ])('%s', (_what, members) => {
    replayedSegments([flow(members), flow()]);
  });

  test.each<[string, Between]>([
    [
      'a rule comes and goes',
      (net) => {
        net.netfilter.iptables('node/control-plane', [
          '-I',
          'FORWARD',
          '-p',
          'tcp',
          '-m',
          'statistic',
          '--mode',
          'nth',
          '--every',
          '7',
          '-j',
          'DROP',
        ]);
        net.send(flow({ totalTimeoutUs: 5_000_000 }));
        net.netfilter.iptables('node/control-plane', ['-D', 'FORWARD', '1']);
      },
    ],
    [
      'rules look at what differs between segments',
      (net) => {
        net.netfilter.iptables('node/worker', ['-I', 'FORWARD', '-p', 'tcp', '--tcp-flags', 'FIN', 'FIN', '-j', 'MARK', '--set-mark', '7']);
        net.netfilter.iptables('node/worker2', ['-I', 'FORWARD', '-p', 'tcp', '--sport', '40000:50000', '-j', 'MARK', '--set-mark', '7']);
        net.netfilter.iptables('node/worker3', ['-I', 'FORWARD', '-m', 'length', '--length', '60:200', '-j', 'MARK', '--set-mark', '7']);
      },
    ],
    [
      'rules draw, count and note',
      (net) => {
        net.netfilter.iptables('node/worker', [
          '-I',
          'FORWARD',
          '-m',
          'statistic',
          '--mode',
          'random',
          '--probability',
          '0.5',
          '-j',
          'MARK',
          '--set-mark',
          '7',
        ]);
        net.netfilter.iptables('node/worker2', ['-I', 'FORWARD', '-m', 'recent', '--name', 'seen', '--set']);
        net.netfilter.iptables('node/worker3', ['-I', 'FORWARD', '-m', 'limit', '--limit', '1/sec', '-j', 'CONNMARK', '--set-mark', '3']);
      },
    ],
    [
      'a route changes',
      (net) => {
        net.removeRoute('node/control-plane', { address: address('10.10.1.0'), length: 24 });
        net.send(flow({ connectTimeoutUs: 1000 }));
        net.addRoute({
          netns: 'node/control-plane',
          destination: { address: address('10.10.1.0'), length: 24 },
          via: address('172.18.0.3'),
          dev: 'eth0',
          scope: 'global',
        });
      },
    ],
    ['a sysctl of conntrack changes', (net) => net.setSysctl('node/worker', 'net.netfilter.nf_conntrack_tcp_timeout_time_wait', '7')],
    ['forwarding stops on a node', (net) => net.setSysctl('node/worker2', 'net.ipv4.ip_forward', '0')],
    ['a listener goes', (net) => net.unlisten('pod/default/webpod3', 'tcp', null, 80)],
    ['connections are forgotten', (net) => net.netfilter.conntrack('node/control-plane', ['-F'])],
    ['time passes', (_net, advance) => advance(11_000_000)],
    ['somebody watches conntrack', (net) => net.netfilter.conntrackEvents('node/control-plane', ['-E'])],
    ['a policy drops', (net) => net.netfilter.iptables('node/worker3', ['-P', 'FORWARD', 'DROP'])],
  ])('while %s', (_what, between) => {
    replayedSegments([flow({ totalTimeoutUs: 5_000_000 })], between);
  });

  test('walk when a lane is kept beyond a change in the middle of their exchange', () => {
    const { sim, net } = labNetwork();
    for (const node of NODE_NAMES) net.netfilter.iptablesRestore(node, [], RULES);
    for (let i = 0; i < 9; i++) net.send(flow());
    sim.timers.on('cut', () => NODE_NAMES.forEach((node) => net.netfilter.iptables(node, ['-I', 'FORWARD', '-j', 'DROP'])));
    sim.timers.set('cut', { dueUs: sim.nowUs + 700, kind: 'cut' });
    expect(net.send(flow({ totalTimeoutUs: 10_000_000 })).outcome).toBe('timeout');
  });
});
