import type { SliceEndpoint } from './endpoint.js';
import { packEndpoints } from './packing.js';

const endpoint = (name: string, ready = true): SliceEndpoint => ({
  addresses: [`10.0.0.${name}`],
  conditions: { ready, serving: ready, terminating: false },
  targetRef: { kind: 'Pod', namespace: 'default', name, uid: name },
});

const endpoints = (...names: (string | number)[]): SliceEndpoint[] => names.map((name) => endpoint(String(name)));
const slice = (name: string, ...names: (string | number)[]) => ({ name, endpoints: endpoints(...names), labelsChanged: false });
const names = (list: readonly SliceEndpoint[]): string[] => list.map(({ targetRef }) => targetRef.name);

describe('packEndpoints', () => {
  it('keeps places, cuts out what is gone and appends what is new', () => {
    const { update, create, remove } = packEndpoints([slice('a', 3, 1, 2)], endpoints(1, 2, 9, 8), 100);
    expect(names(update.get('a')!)).toEqual(['1', '2', '9', '8']);
    expect([create, remove]).toEqual([[], []]);
  });

  it('writes a slice whose endpoint changed, in its place', () => {
    const { update } = packEndpoints([slice('a', 1, 2)], [endpoint('1', false), endpoint('2')], 100);
    expect(update.get('a')!.map(({ conditions }) => conditions.ready)).toEqual([false, true]);
  });

  it('leaves an unchanged slice alone and removes an empty one', () => {
    const { update, create, remove } = packEndpoints([slice('a', 1), slice('b', 2)], endpoints(1), 100);
    expect([update.size, create, remove]).toEqual([0, [], ['b']]);
  });

  it('fills slices that are written anyway, fullest first, then the one that ends closest to full', () => {
    const written = packEndpoints([slice('small', 1, 'x'), slice('large', 2, 3, 'y')], endpoints(1, 2, 3, 4, 5), 3);
    expect(names(written.update.get('large')!)).toEqual(['2', '3', '4']);
    expect(names(written.update.get('small')!)).toEqual(['1', '5']);
    const unchanged = packEndpoints([slice('small', 1), slice('large', 2, 3)], endpoints(1, 2, 3, 4), 4);
    expect([...unchanged.update.keys()]).toEqual(['large']);
  });

  it('makes new slices of at most the capacity', () => {
    const { create } = packEndpoints([], endpoints(1, 2, 3, 4, 5), 2);
    expect(create.map(names)).toEqual([['1', '2'], ['3', '4'], ['5']]);
  });
});
