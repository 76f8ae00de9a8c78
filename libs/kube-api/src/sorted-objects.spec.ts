import fc from 'fast-check';
import { SortedObjects } from './sorted-objects.js';
import type { KubeObject } from './types.js';

const object = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } as KubeObject['metadata'] });
const names = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name);

describe('SortedObjects', () => {
  it('lists what was put and not removed in key order, all or by prefix, as sorting would', () => {
    const key = fc.tuple(fc.constantFrom('a', 'a-b', 'b'), fc.nat(3_000)).map(([namespace, number]) => `${namespace}/${number}`);
    const step = fc.record({ key, isRemoved: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 500, maxLength: 3_000, size: 'max' }), (steps) => {
        const sorted = new SortedObjects();
        const expected = new Map<string, string>();
        steps.forEach(({ key, isRemoved }, i) => {
          if (isRemoved) expected.delete(key);
          else expected.set(key, `${key}#${i}`);
          sorted.set(key, isRemoved ? undefined : object(`${key}#${i}`));
        });
        const keys = [...expected.keys()].toSorted();
        for (const prefix of ['', 'a/', 'a-b/', 'b/', 'c/', 'A/'])
          expect(names(sorted.withPrefix(prefix))).toEqual(
            keys.filter((each) => each.startsWith(prefix)).map((each) => expected.get(each)),
          );
      }),
      { numRuns: 20 },
    );
  });

  it('holds more than a block', () => {
    const sorted = new SortedObjects();
    const keys = Array.from({ length: 5_000 }, (_, i) => String((i * 7_919) % 5_000).padStart(4, '0'));
    for (const key of keys) sorted.set(key, object(key));
    expect(names(sorted.withPrefix())).toEqual(keys.toSorted());
    for (const key of keys) if (key < '4990') sorted.set(key, undefined);
    expect(names(sorted.withPrefix())).toEqual(keys.filter((key) => key >= '4990').toSorted());
  });

  it('hands out lists that later changes leave alone', () => {
    const sorted = new SortedObjects();
    sorted.set('a', object('a'));
    const before = sorted.withPrefix();
    sorted.set('b', object('b'));
    sorted.set('a', undefined);
    expect(names(before)).toEqual(['a']);
  });
});
