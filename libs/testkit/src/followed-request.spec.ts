import type { Sandbox } from '@svclab/sandbox';
import { labSandbox, perform } from './lab-sandbox.js';

const LOOP = 'kubectl exec net-pod -- zsh -c "for i in {1..3}; do curl -s $SVC1:9000 | grep Hostname; done"';

describe('a command whose first request is followed', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await labSandbox();
  });

  it('tells the way of its first request and no other', async () => {
    const { stdout, traces } = await perform(sandbox, { kind: 'exec', command: LOOP, trace: 'first' });
    expect(traces).toHaveLength(1);
    expect(traces[0]).toMatchObject({
      traceId: `${sandbox.seq}-1`,
      trace: { disposition: 'accepted', flow: { netns: 'pod/default/net-pod', port: 9000 } },
    });
    const [firstAnswer] = stdout.split('\n');
    expect(traces[0].trace.forward.at(-1).title).toBe(`default/${firstAnswer.replace('Hostname: ', '')}`);
  });

  it('leaves the same state behind as when nobody follows', async () => {
    const other = await labSandbox();
    const followed = await perform(sandbox, { kind: 'exec', command: LOOP, trace: 'first' });
    const { traces, ...rest } = followed;
    expect(traces).toHaveLength(1);
    expect(await perform(other, { kind: 'exec', command: LOOP })).toEqual(rest);
    expect(other.stateHash).toBe(sandbox.stateHash);
  });

  it('tells nothing where no request was sent', async () => {
    expect(await perform(sandbox, { kind: 'exec', command: 'echo hi', trace: 'first' })).not.toHaveProperty('traces');
  });

  it('finds the first request of a paced command in whichever entry it comes', async () => {
    const start = await perform(sandbox, { kind: 'exec.start', execId: 'a', command: `sleep 1; ${LOOP}`, trace: 'first' });
    expect(start).not.toHaveProperty('traces');
    const end = await perform(sandbox, { kind: 'exec.advance', execId: 'a', toUs: sandbox.virtualTimeUs + 1_000_000 });
    expect(end.traces).toMatchObject([{ traceId: `${sandbox.seq}-1` }]);
    expect(end.exitCode).toBe(0);
  });

  it('does not follow what the next command sends', async () => {
    await perform(sandbox, { kind: 'exec', command: 'echo nothing sent', trace: 'first' });
    expect(await perform(sandbox, { kind: 'exec', command: LOOP })).not.toHaveProperty('traces');
  });
});
