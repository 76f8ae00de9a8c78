import { Store } from './store.js';

interface Counter {
  n: number;
}

describe('Store', () => {
  it('rolls back puts, deletes and edits in place, and tells indexes', () => {
    const store = new Store();
    const table = store.table<Counter>('t');
    store.begin();
    table.put('a', { n: 1 });
    table.put('b', { n: 2 });
    store.commit();
    const hash = store.stateHash;
    const index = new Map<string, number>();
    table.subscribe((key, _before, after) => (after ? index.set(key, after.n) : index.delete(key)));
    store.begin();
    table.edit('a').n = 10;
    table.delete('b');
    table.put('c', { n: 3 });
    table.put('a', { n: 11 });
    store.rollback();
    expect([...table.entries()]).toEqual([
      ['a', { n: 1 }],
      ['b', { n: 2 }],
    ]);
    expect([...index]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(store.stateHash).toBe(hash);
    expect(store.fullHash()).toBe(hash);
  });

  it('gives a delta that makes another store equal, and a hash equal to the full one', () => {
    const one = new Store();
    const other = new Store();
    const table = one.table<Counter>('t');
    one.begin();
    table.put('a', { n: 1 });
    table.put('gone', { n: 1 });
    other.apply(one.commit());
    one.begin();
    table.edit('a').n++;
    table.delete('gone');
    table.put('unchanged', { n: 5 });
    table.delete('unchanged');
    const delta = one.commit();
    expect(delta).toEqual([
      ['t', 'a', '{"n":2}'],
      ['t', 'gone', null],
    ]);
    other.apply(delta);
    expect(other.stateHash).toBe(one.stateHash);
    expect(other.fullHash()).toBe(one.stateHash);
  });

  it('lists keys in code-unit order whatever came, went and came again', () => {
    const store = new Store();
    const table = store.table<Counter>('t');
    const expected = new Set<string>();
    store.begin();
    for (let i = 0; i < 500; i++) {
      const key = String((i * 7919) % 97);
      if (i % 3 === 2) {
        table.delete(key);
        expected.delete(key);
      } else {
        table.put(key, { n: i });
        expected.add(key);
      }
      if (i % 5 === 0) expect(table.keys()).toEqual([...expected].sort());
    }
    store.rollback();
    expect(table.keys()).toEqual([]);
  });

  it('rolls back to a savepoint: what was changed before it stays, and what was touched after it is not touched', () => {
    const store = new Store();
    const table = store.table<Counter>('t');
    store.begin();
    for (const key of ['a', 'b', 'c']) table.put(key, { n: 1 });
    store.commit();
    const index = new Map<string, number>();
    table.subscribe((key, _before, after) => (after ? index.set(key, after.n) : index.delete(key)));
    store.begin();
    const edited = table.edit('b');
    edited.n = 2;
    const { transaction } = table;
    store.savepoint();
    // Whoever holds `edited` sees that it must ask again.
    expect(table.transaction).not.toBe(transaction);
    table.edit('b').n = 3;
    table.edit('c').n = 3;
    table.delete('a');
    table.put('new', { n: 3 });
    store.table<Counter>('later').put('x', { n: 1 });
    expect(() => store.prepare()).toThrow('savepoint inside it');
    store.rollbackToSavepoint();
    expect([...table.entries()].map(([key, { n }]) => `${key}${n}`)).toEqual(['a1', 'b2', 'c1']);
    expect([...index].sort()).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 1],
    ]);
    table.edit('a').n = 4;
    expect(store.commit()).toEqual([
      ['t', 'b', '{"n":2}'],
      ['t', 'a', '{"n":4}'],
    ]);
    expect(store.fullHash()).toBe(store.stateHash);
  });

  it('rolls back whole from inside a savepoint', () => {
    const store = new Store();
    const table = store.table<Counter>('t');
    store.begin();
    table.put('a', { n: 1 });
    store.savepoint();
    table.edit('a').n = 2;
    store.rollback();
    expect(table.size).toBe(0);
    store.begin();
    store.savepoint();
    store.rollbackToSavepoint();
    expect(store.commit()).toEqual([]);
  });

  it('refuses a change outside a transaction', () => {
    expect(() => new Store().table<Counter>('t').put('a', { n: 1 })).toThrow('outside a transaction');
  });
});
