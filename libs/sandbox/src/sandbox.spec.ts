import { Sandbox, type EntryInput } from './index.js';

const START_US = Date.UTC(2024, 8, 28) * 1000;

async function fresh(seed = 1): Promise<Sandbox> {
  const { sandbox } = await Sandbox.create({ kind: 'create', profile: 'kind', seed, startUs: START_US });
  sandbox.commit();
  return sandbox;
}

async function perform(sandbox: Sandbox, input: EntryInput, context = {}): Promise<any> {
  const { answer } = await sandbox.execute(input, context);
  if (!answer.ok) throw new Error(answer.problem.detail);
  sandbox.commit();
  return answer.value;
}

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
const createPod: EntryInput = { kind: 'object.create', resource: 'pods', namespace: 'default', object: POD };

describe('Sandbox', () => {
  it('has the pod running by the time it answers, and keeps pending what settling is not wanted for', async () => {
    const sandbox = await fresh();
    expect((await perform(sandbox, createPod)).status.phase).toBe('Running');
    const paused = await fresh();
    await perform(paused, { kind: 'clock', mode: 'paused' });
    expect((await perform(paused, createPod)).status.phase).toBe('Pending');
    const phase = (): unknown => {
      const pod = paused.read({ kind: 'object', resource: 'pods', namespace: 'default', name: 'web' });
      return pod.ok && pod.value.status.phase;
    };
    for (let i = 0; i < 200 && phase() === 'Pending'; i++) await perform(paused, { kind: 'clock', step: true });
    expect(phase()).toBe('Running');
  });

  it('leaves everything as it was after an aborted entry, and goes on from there', async () => {
    const sandbox = await fresh();
    const before = sandbox.stateHash;
    await sandbox.execute(createPod);
    sandbox.abort();
    expect([sandbox.seq, sandbox.stateHash, sandbox.sim.store.fullHash()]).toEqual([1, before, before]);
    expect((await perform(sandbox, createPod)).status.phase).toBe('Running');
    expect(sandbox.seq).toBe(2);
  });

  it.each<[string, EntryInput, number, RegExp]>([
    [
      'an unknown field',
      { ...createPod, object: { ...POD, spec: { ...POD.spec, bogus: 1 } } } as EntryInput,
      400,
      /unknown field "spec.bogus"/,
    ],
    [
      'an invalid name',
      { ...createPod, object: { ...POD, metadata: { name: 'A_b' } } } as EntryInput,
      422,
      /metadata.name: Invalid value: "A_b"/,
    ],
    ['an unknown resource', { ...createPod, resource: 'widgets' } as EntryInput, 404, /resource type "widgets"/],
    ['an unknown place', { kind: 'exec', command: 'true', at: 'node/nowhere' }, 404, /"node\/nowhere" is no place/],
    ['malformed YAML', { kind: 'manifests', text: 'a: [1' }, 400, /^document 1: yaml: did not find expected ',' or '\]'/],
    ['a manifest without a kind', { kind: 'manifests', text: 'apiVersion: v1' }, 400, /^document 1: Object 'Kind' is missing in/],
    ['a negative clock step', { kind: 'clock', advanceSeconds: -1 }, 400, /between 0 and/],
    ['a revert beyond the log', { kind: 'revert', toSeq: 9 }, 422, /ends at 1/],
    ['too many requests', { kind: 'requests', from: 'host', to: '10.10.0.2:80', count: 10_001 }, 422, /between 1 and 10000/],
  ])('refuses %s, changing nothing and keeping no entry', async (_what, input, status, detail) => {
    const sandbox = await fresh();
    const before = sandbox.stateHash;
    const { entry, answer } = await sandbox.execute(input);
    expect(entry).toBeUndefined();
    expect(answer.ok ? {} : answer.problem).toMatchObject({ status, detail: expect.stringMatching(detail) as string });
    expect([sandbox.seq, sandbox.stateHash]).toEqual([1, before]);
    await perform(sandbox, createPod);
  });

  it('refuses a manifest whole when one of its documents is bad', async () => {
    const sandbox = await fresh();
    const before = sandbox.stateHash;
    const good = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
    const { answer } = await sandbox.execute({
      kind: 'manifests',
      text: `${good}---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 0}]}\n`,
    });
    expect(answer.ok ? '' : answer.problem.detail).toMatch(/^document 2: Service "x" is invalid/);
    expect(sandbox.stateHash).toBe(before);
  });

  it('reverts records but not versions: what differs is written anew', async () => {
    const sandbox = await fresh();
    const snapshot = sandbox.snapshot();
    await perform(sandbox, createPod);
    const version = Number(sandbox.world.api.resourceVersion);
    await perform(sandbox, { kind: 'exec', command: 'kubectl label node myk8s-worker x=y; echo gone > f; N=1' });
    await perform(sandbox, { kind: 'revert', toSeq: 1 }, { revertTarget: snapshot.dump });
    const nodes = sandbox.world.api.list('nodes');
    expect(sandbox.world.api.list('pods', { namespace: 'default' })).toEqual([]);
    expect(nodes.find((node) => node.metadata.name === 'myk8s-worker')!.metadata.labels).not.toHaveProperty('x');
    expect(Number(nodes.find((node) => node.metadata.name === 'myk8s-worker')!.metadata.resourceVersion)).toBeGreaterThan(version);
    expect((await perform(sandbox, { kind: 'exec', command: 'cat f; echo "[$N]"' })).stdout).toBe('[]\n');
    // The world works on as from that point: a pod of the same name gets the address the first one had.
    expect((await perform(sandbox, createPod)).status.phase).toBe('Running');
    const again = await perform(sandbox, { kind: 'revert', toSeq: 1 }, { revertTarget: snapshot.dump });
    expect(again.changedRecords).toBeGreaterThan(0);
    const third = await perform(sandbox, { kind: 'revert', toSeq: 1 }, { revertTarget: snapshot.dump });
    expect(third.changedRecords).toBe(0);
  });

  it('refuses to restore a log with a gap, and one whose hashes disagree', async () => {
    const sandbox = await fresh();
    const snapshot = sandbox.snapshot();
    const { entry } = await sandbox.execute(createPod);
    sandbox.commit();
    expect(Sandbox.restore(snapshot, [entry!]).stateHash).toBe(sandbox.stateHash);
    expect(() => Sandbox.restore(snapshot, [{ ...entry!, seq: 3 }])).toThrow('seq 1 is followed by 3');
    expect(() => Sandbox.restore(snapshot, [{ ...entry!, stateHash: 'f'.repeat(16) }])).toThrow('state hash differs at seq 2');
  });

  it('reads without changing anything, whatever is read', async () => {
    const sandbox = await fresh();
    const before = sandbox.sim.store.fullHash();
    for (const query of [
      { kind: 'summary' },
      { kind: 'objects', resource: 'events' },
      { kind: 'traces', from: 'node/myk8s-worker', to: '10.200.1.1:443' },
      { kind: 'iptables', node: 'myk8s-worker', format: 'list', table: 'nat' },
      { kind: 'addresses', node: 'myk8s-worker' },
    ] as const) {
      expect(sandbox.read(query).ok).toBe(true);
      expect(sandbox.sim.store.fullHash()).toBe(before);
    }
  });
});
