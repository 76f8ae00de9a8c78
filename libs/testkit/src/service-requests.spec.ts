import type { Sandbox } from '@svclab/sandbox';
import { exec, labSandbox, perform } from './lab-sandbox.js';

/** What a learner sees of a ClusterIP Service by sending requests, and what the facts of a real kernel say of it. */
interface RequestsAnswer {
  results: {
    outcome: string;
    errno?: string;
    exitCode: number;
    hostname?: string;
    sourcePort: number;
    remoteAddress?: string;
    remotePort?: number;
    elapsedMs: number;
  }[];
  distribution: Record<string, number>;
}

const FROM = 'pod/default/net-pod';
let sandbox: Sandbox;
let serviceIp: string;

const send = (members: object): Promise<RequestsAnswer> =>
  perform(sandbox, { kind: 'requests', from: FROM, to: `${serviceIp}:9000`, ...members });

beforeEach(async () => {
  sandbox = await labSandbox({ seed: 11 });
  serviceIp = (await exec(sandbox, 'echo $SVC1')).stdout.trim();
});

describe('1,000 requests to a ClusterIP', () => {
  it('are shared evenly by three pods (chi-square, p = 0.001), each seeing the client as it is', async () => {
    const { results, distribution } = await send({ count: 1000 });
    expect(Object.keys(distribution)).toEqual(['webpod1', 'webpod2', 'webpod3']);
    const chi2 = Object.values(distribution).reduce((sum, n) => sum + (n - 1000 / 3) ** 2 / (1000 / 3), 0);
    expect(chi2).toBeLessThan(13.82); // 2 degrees of freedom
    const pod = (await exec(sandbox, 'kubectl get pod net-pod -o jsonpath={.status.podIP}')).stdout;
    for (const result of results) {
      expect(result.outcome).toBe('ok');
      expect(result.remoteAddress).toBe(pod);
      expect(result.remotePort).toBe(result.sourcePort);
    }
  });

  it('come out the same with the same seed, and otherwise with another', async () => {
    const draw = async (seed: number): Promise<string> => {
      sandbox = await labSandbox({ seed });
      serviceIp = (await exec(sandbox, 'echo $SVC1')).stdout.trim();
      return (await send({ count: 50 })).results.map((result) => result.hostname).join(' ');
    };
    expect(await draw(3)).toBe(await draw(3));
    expect(await draw(3)).not.toBe(await draw(4));
  });

  it('all go to one pod with session affinity, and the choice is made anew after the time-out', async () => {
    await exec(sandbox, `kubectl patch svc svc-clusterip -p '{"spec":{"sessionAffinity":"ClientIP"}}'`);
    const first = await send({ count: 1000 });
    expect(Object.values(first.distribution)).toEqual([1000]);
    const chosen = new Set(Object.keys(first.distribution));
    // The time counts from the last new connection: just before its end the pod is still the same.
    await perform(sandbox, { kind: 'clock', advanceSeconds: 10_790 });
    expect(Object.keys((await send({})).distribution)).toEqual([...chosen]);
    for (let i = 0; i < 12; i++) {
      await perform(sandbox, { kind: 'clock', advanceSeconds: 10_801 });
      chosen.add(Object.keys((await send({})).distribution)[0]!);
    }
    expect(chosen.size).toBeGreaterThan(1);
  });
});

describe('requests that cannot succeed', () => {
  it('time out on a port of the ClusterIP that no rule matches: routed to the gateway, masqueraded, never answered', async () => {
    const { results } = await send({ to: `${serviceIp}:80`, connectTimeoutSeconds: 1, trace: 'first' });
    expect(results[0]).toMatchObject({ outcome: 'timeout', exitCode: 28, elapsedMs: 1000 });
    const entry = (await exec(sandbox, `conntrack -L --dst ${serviceIp}`, 'node/myk8s-control-plane')).stdout;
    expect(entry).toMatch(
      /SYN_SENT src=10\.10\.0\.\d+ dst=\S+ sport=(\d+) dport=80 \[UNREPLIED\] src=\S+ dst=172\.18\.0\.\d sport=80 dport=\1 mark=0/,
    );
  });

  it('are refused at once when the Service has no endpoints, and leave no conntrack entry', async () => {
    await exec(sandbox, 'kubectl delete pod -l app=webpod');
    const { results } = await send({});
    expect(results[0]).toMatchObject({ outcome: 'refused', errno: 'ECONNREFUSED', exitCode: 7 });
    expect((await exec(sandbox, `conntrack -L --dst ${serviceIp}`, 'node/myk8s-control-plane')).stdout).toBe('');
    const rule = (await exec(sandbox, `iptables -S KUBE-SERVICES`, 'node/myk8s-worker')).stdout;
    expect(rule).toContain('"default/svc-clusterip:svc-webport has no endpoints"');
  });
});

describe('exploring instead of sending', () => {
  it('lists every backend with its probability and changes nothing', async () => {
    const before = sandbox.sim.store.fullHash();
    const answer = sandbox.read({ kind: 'traces', from: FROM, to: `${serviceIp}:9000` });
    if (!answer.ok) throw new Error(answer.problem.detail);
    const { branches } = answer.value as { branches: { probability: number; disposition: string; text: string }[] };
    expect(branches).toHaveLength(3);
    for (const branch of branches) {
      expect(branch.probability).toBeCloseTo(1 / 3, 6);
      expect(branch.disposition).toBe('accepted');
      expect(branch.text).toContain('KUBE-SVC-KBDEBIL6IU6WL7RF');
    }
    expect(sandbox.sim.store.fullHash()).toBe(before);
    expect(sandbox.stateHash).toBe(before);
  });
});
