import { SerialQueues } from './serial-queues.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('SerialQueues', () => {
  it('runs one after the other under one key, and lets other keys pass', async () => {
    const queues = new SerialQueues();
    const order: string[] = [];
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = queues.run('a', async () => {
      await held;
      order.push('a1');
    });
    const second = queues.run('a', async () => void order.push('a2'));
    await queues.run('b', async () => void order.push('b'));
    expect(order).toEqual(['b']);
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['b', 'a1', 'a2']);
  });

  it('goes on after a failure, and forgets empty queues', async () => {
    const queues = new SerialQueues();
    await expect(queues.run('a', async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queues.run('a', async () => 7)).toBe(7);
    await queues.drained();
    await turn();
    expect([queues.size, queues.isIdle('a')]).toEqual([0, true]);
  });
});
