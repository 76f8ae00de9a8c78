import { SandboxQueues } from './sandbox-queues.js';

/** A task that notes its start, and ends when it is told to. */
function task(name: string, order: string[]): { run: () => Promise<void>; end: () => void } {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    end,
    run: async () => {
      order.push(`+${name}`);
      await ended;
      order.push(`-${name}`);
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('SandboxQueues', () => {
  it('runs writers alone and readers together, in the order in which they came', async () => {
    const queues = new SandboxQueues();
    const order: string[] = [];
    const tasks = ['w1', 'r1', 'r2', 'w2', 'r3'].map((name) => ({ name, ...task(name, order) }));
    for (const { name, run } of tasks) void (name.startsWith('w') ? queues.exclusive('a', run) : queues.shared('a', run));
    const elsewhere = await queues.exclusive('b', async () => 'not waiting');
    expect(elsewhere).toBe('not waiting');
    const end = async (name: string): Promise<void> => {
      tasks.find((each) => each.name === name)!.end();
      await turn();
    };
    expect(order).toEqual(['+w1']);
    await end('w1');
    expect(order.splice(0)).toEqual(['+w1', '-w1', '+r1', '+r2']);
    await end('r2');
    expect(order.splice(0)).toEqual(['-r2']);
    await end('r1');
    expect(order.splice(0)).toEqual(['-r1', '+w2']);
    await end('w2');
    await end('r3');
    expect(order).toEqual(['-w2', '+r3', '-r3']);
    await turn();
    expect(queues.isIdle('a')).toBe(true);
  });

  it('goes on after a failure, and forgets empty queues', async () => {
    const queues = new SandboxQueues();
    await expect(queues.exclusive('a', async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(queues.shared('a', async () => Promise.reject(new Error('nor here')))).rejects.toThrow('nor here');
    expect(await queues.exclusive('a', async () => 7)).toBe(7);
    await queues.drained();
    expect(queues.size).toBe(0);
  });
});
