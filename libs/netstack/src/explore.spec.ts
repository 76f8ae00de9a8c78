import { address, formatAddress } from '@svclab/wire';
import { readFileSync } from 'node:fs';
import { exploreBranches, MAX_BRANCHES } from './explore.js';
import { formatTrace } from './format-trace.js';
import { labNetwork, NODES, REQUEST } from './testdata/lab-network.js';
import type { Flow, Trace } from './types.js';

const RULES = readFileSync(new URL('./testdata/lab-rules.txt', import.meta.url), 'utf8');

const FLOW: Flow = { netns: 'pod/default/net-pod', protocol: 'tcp', destination: address('10.200.1.206'), port: 9000, request: REQUEST };

function lab() {
  const built = labNetwork();
  for (const node of Object.keys(NODES)) {
    for (const name of ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts'])
      built.net.netfilter.nfacct(`node/${node}`, ['add', name]);
    built.net.netfilter.iptablesRestore(`node/${node}`, [], RULES);
  }
  return built;
}

const nothing = (probability: number): Trace => ({
  flow: FLOW,
  forward: [],
  return: [],
  disposition: 'accepted',
  reason: 'r',
  probability,
});

describe('exploreBranches', () => {
  test('goes through every outcome of every draw', () => {
    const half = 0x4000_0000;
    const traces = exploreBranches((chance) => {
      if (chance.below(half)) return nothing(0);
      return chance.below(half / 2) ? nothing(0) : nothing(0);
    });
    expect(traces.map(({ probability }) => probability)).toEqual([0.5, 0.375, 0.125]);
  });

  test('is cut at its limit and says so', () => {
    const traces = exploreBranches((chance) => {
      for (let i = 0; i < 20; i++) chance.below(0x4000_0000);
      return nothing(0);
    });
    expect(traces).toHaveLength(MAX_BRANCHES);
    expect(traces.at(-1)!.reason).toContain(`cut after ${MAX_BRANCHES} branches`);
  });

  test('what is certain or impossible is no branch', () => {
    const traces = exploreBranches((chance) => {
      expect(chance.below(0)).toBe(false);
      expect(chance.below(0x8000_0000)).toBe(true);
      return nothing(0);
    });
    expect(traces).toHaveLength(1);
  });
});

describe('explore', () => {
  test('shows one branch for each endpoint', () => {
    const { net } = lab();
    const traces = net.explore(FLOW);
    expect(traces.map(({ forward }) => forward.at(-1)!.netns).toSorted()).toEqual([
      'pod/default/webpod1',
      'pod/default/webpod2',
      'pod/default/webpod3',
    ]);
    for (const { probability, disposition } of traces) {
      expect(probability).toBeCloseTo(1 / 3, 8);
      expect(disposition).toBe('accepted');
    }
    expect(traces.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    expect(traces[0]!.return.at(-1)!.netns).toBe('pod/default/net-pod');
  });

  test.each(['inside an open transaction', 'outside of one'])('changes nothing %s', (where) => {
    const { sim, net } = lab();
    net.send(FLOW);
    if (where === 'outside of one') sim.commitEntry();
    const before = sim.store.fullHash();
    const nowUs = sim.nowUs;
    net.explore(FLOW);
    net.explore({ ...FLOW, destination: address('10.200.1.50') });
    expect(sim.store.fullHash()).toBe(before);
    expect(sim.nowUs).toBe(nowUs);
    if (where === 'outside of one') sim.beginEntry(2);
    const next = net.send(FLOW).local.port;
    const other = lab();
    other.net.send(FLOW);
    if (where === 'outside of one') {
      other.sim.commitEntry();
      other.sim.beginEntry(2);
    }
    expect(other.net.send(FLOW).local.port).toBe(next);
  });
});

describe('traces', () => {
  test('a real exchange tells its way, forward and return, and how likely it was', () => {
    const { trace } = lab().net.send(FLOW, { trace: true });
    expect(trace!.forward.map(({ title }) => title).slice(0, 2)).toEqual(['default/net-pod', 'control-plane']);
    expect(trace!.probability).toBeCloseTo(1 / 3, 8);
    expect(trace!.return.map(({ netns }) => netns)).toEqual(trace!.forward.map(({ netns }) => netns).toReversed());
    const last = trace!.forward.at(-1)!;
    expect(last.steps.at(-1)).toMatchObject({ kind: 'deliver' });
    expect(trace!.forward[1]!.packetIn.dst).toBe(address('10.200.1.206'));
    expect(trace!.forward[1]!.packetOut.dport).toBe(80);
  });

  test('the text form names every hook and how it ended', () => {
    const text = formatTrace(lab().net.send(FLOW, { trace: true }).trace!);
    expect(text).toMatch(
      /^tcp from pod\/default\/net-pod to 10\.200\.1\.206:9000\nThis branch is taken with a probability of 33\.33 %\.\n\nForward\n\n1\. default\/net-pod \(pod\): tcp SYN/,
    );
    for (const part of [
      '\n   PREROUTING\n     conntrack: a new connection, NEW; ',
      '\n   FORWARD\n',
      '\n   POSTROUTING\n',
      'KUBE-SVC-KBDEBIL6IU6WL7RF: rule 1 does not match, since source 10.10.0.6 is in 10.10.0.0/16',
      /the destination 10\.200\.1\.206:9000 becomes 10\.10\.\d\.2:80, by the rule above; conntrack remembers it\n/,
      /the source 10\.10\.\d\.2:80 becomes 10\.200\.1\.206:9000, as conntrack remembers; no rule is asked\n/,
      '\nReturn\n',
      'Result: accepted.',
    ]) {
      expect(text).toEqual(typeof part === 'string' ? expect.stringContaining(part) : expect.stringMatching(part));
    }
  });

  test('the text form says once why a packet ended, and that it did not leave', () => {
    const { trace } = lab().net.send({ ...FLOW, destination: address('10.200.1.50') }, { trace: true });
    const text = formatTrace(trace!);
    expect(text).toMatch(/\n {3}ends here\n\nReturn\n/);
    expect(text.match(/rejected in FORWARD/gi)).toHaveLength(1);
    expect(text.slice(0, text.indexOf('Return'))).not.toContain('leaves as');
  });

  test('draws are told where a packet was sent, and only there', () => {
    const draw = /chance (?:takes it|passes rule 2 over), probability 0\.3333, drew 0\.\d{4}\n/;
    expect(formatTrace(lab().net.send(FLOW, { trace: true }).trace!)).toMatch(draw);
    for (const trace of lab().net.explore(FLOW)) {
      expect(formatTrace(trace)).toMatch(/chance (?:takes it|passes rule 2 over), probability 0\.3333\n/);
    }
  });

  test('a hop is known by the address of its kernel', () => {
    const { trace } = lab().net.send(FLOW, { trace: true });
    const known = trace!.forward.map(({ address: own }) => own && formatAddress(own));
    expect(known.slice(0, 2)).toEqual(['10.10.0.6', '172.18.0.2']);
    expect(known.at(-1)).toBe(formatAddress(trace!.forward.at(-1)!.packetOut.dst));
  });

  test('a packet meets FORWARD with its TTL taken down', () => {
    const { trace } = lab().net.send(FLOW, { trace: true });
    const hooks = trace!.forward[1]!.steps.filter((step) => step.kind === 'hook');
    expect(hooks.map(({ hook, packet }) => `${hook} ${packet.ttl}`)).toEqual(['PREROUTING 64', 'FORWARD 63', 'POSTROUTING 63']);
  });

  test('a refusal is marked at both ends, an answer at none', () => {
    const refusals = (flow: Flow): number[] => {
      const trace = lab().net.send(flow, { trace: true }).trace!;
      return [trace.forward, trace.return].map(
        (hops) => hops.at(-1)!.steps.filter((step) => step.kind === 'deliver' && step.refused).length,
      );
    };
    expect(refusals(FLOW)).toEqual([0, 0]);
    expect(refusals({ ...FLOW, destination: address('10.10.1.2'), port: 81 })).toEqual([1, 1]);
  });

  test('a refusal names its rule', () => {
    const { trace } = lab().net.send({ ...FLOW, destination: address('10.200.1.50') }, { trace: true });
    expect(trace!.disposition).toBe('rejected');
    expect(trace!.reason).toMatch(/^rejected in FORWARD by rule \d+ of chain KUBE-SERVICES in table filter: .*has no endpoints/);
    expect(trace!.return.map(({ title }) => title)).toEqual(['control-plane', 'default/net-pod']);
  });

  test('the wrong port leaves the world', () => {
    const { trace } = lab().net.send({ ...FLOW, port: 80, connectTimeoutUs: 1_000_000 }, { trace: true });
    expect(trace!.disposition).toBe('timed out');
    expect(trace!.reason).toContain("the docker host's uplink");
    expect(trace!.forward.map(({ title }) => title)).toEqual(['default/net-pod', 'control-plane', 'docker host']);
  });
});
