import fc from 'fast-check';
import { kindType } from '../schema/schema.js';
import { lastAppliedText, threeWayMerge } from './apply.js';
import { jsonPatch } from './json-patch.js';
import { mergePatch } from './merge.js';
import { strategicMergePatch } from './strategic.js';

const pod = kindType('Pod');
const service = kindType('Service');

const strategic = (original: Record<string, unknown>, patch: unknown, type = pod): unknown => {
  const result = strategicMergePatch(type, original, patch);
  return result.ok ? result.value : result.error;
};

const containers = (...list: object[]): Record<string, unknown> => ({ spec: { containers: list } });

describe('strategic merge patch', () => {
  const original = containers({ name: 'a', image: 'a:1', args: ['x'] }, { name: 'b', image: 'b:1' });

  it.each([
    [
      'merges list elements by key',
      containers({ name: 'b', image: 'b:2' }),
      containers({ name: 'a', image: 'a:1', args: ['x'] }, { name: 'b', image: 'b:2' }),
    ],
    [
      'adds elements at the end',
      containers({ name: 'c' }),
      containers({ name: 'a', image: 'a:1', args: ['x'] }, { name: 'b', image: 'b:1' }, { name: 'c' }),
    ],
    ['deletes elements', containers({ name: 'a', $patch: 'delete' }), containers({ name: 'b', image: 'b:1' })],
    ['replaces a list', { spec: { containers: [{ $patch: 'replace' }, { name: 'z' }] } }, containers({ name: 'z' })],
    [
      'replaces lists without a key',
      containers({ name: 'a', args: ['y'] }),
      containers({ name: 'a', image: 'a:1', args: ['y'] }, { name: 'b', image: 'b:1' }),
    ],
    [
      'removes members that are null',
      containers({ name: 'a', args: null }),
      containers({ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' }),
    ],
    ['replaces an object', { spec: { $patch: 'replace', nodeName: 'n' } }, { spec: { nodeName: 'n' } }],
    ['retains keys', { spec: { $retainKeys: ['nodeName'], nodeName: 'n' } }, { spec: { nodeName: 'n' } }],
    [
      'orders elements',
      { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a', image: 'a:2' }] } },
      containers({ name: 'b', image: 'b:1' }, { name: 'a', image: 'a:2', args: ['x'] }),
    ],
    [
      'orders elements that it does not change',
      { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } },
      containers({ name: 'b', image: 'b:1' }, { name: 'a', image: 'a:1', args: ['x'] }),
    ],
  ])('%s', (_what, patch, expected) => expect(strategic(original, patch)).toEqual(expected));

  it('merges plain values as a set', () => {
    const before = { metadata: { finalizers: ['a', 'b'] } };
    expect(strategic(before, { metadata: { finalizers: ['c', 'a'] } })).toEqual({ metadata: { finalizers: ['b', 'c', 'a'] } });
    expect(strategic(before, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } })).toEqual({ metadata: { finalizers: ['b'] } });
  });

  it('merges Service ports by their number', () => {
    const before = { spec: { ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] } };
    expect(strategic(before, { spec: { ports: [{ port: 80, targetPort: 8080 }, { port: 443 }] } }, service)).toEqual({
      spec: { ports: [{ port: 80, nodePort: 30080, protocol: 'TCP', targetPort: 8080 }, { port: 443 }] },
    });
  });

  it('says what is wrong with a patch', () => {
    expect(strategic(original, containers({ image: 'x' }))).toBe('map: map[image:x] does not contain declared merge key: name');
    expect(strategic(original, { $patch: 'explode' })).toBe('Unknown patch type found: explode');
  });

  it('never throws', () => {
    const patches = fc.oneof(
      fc.anything(),
      fc.record({ spec: fc.record({ containers: fc.anything() }) }),
      fc.record({ $retainKeys: fc.anything(), metadata: fc.anything() }),
    );
    fc.assert(fc.property(patches, (patch) => strategicMergePatch(pod, original, patch) !== undefined));
  });
});

describe('JSON merge patch', () => {
  // RFC 7386, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, expected) => expect(mergePatch(target, patch)).toEqual(expected));
});

describe('JSON patch', () => {
  const document = { a: { b: [1, 2] }, 'x/y': 1 };
  const run = (...operations: object[]): unknown => {
    const result = jsonPatch(document, operations);
    return result.ok ? result.value : result.error;
  };

  it.each([
    [
      { op: 'add', path: '/a/b/1', value: 9 },
      { a: { b: [1, 9, 2] }, 'x/y': 1 },
    ],
    [
      { op: 'add', path: '/a/b/-', value: 9 },
      { a: { b: [1, 2, 9] }, 'x/y': 1 },
    ],
    [
      { op: 'replace', path: '/a/b/0', value: 9 },
      { a: { b: [9, 2] }, 'x/y': 1 },
    ],
    [{ op: 'remove', path: '/x~1y' }, { a: { b: [1, 2] } }],
    [
      { op: 'move', from: '/a/b', path: '/c' },
      { a: {}, c: [1, 2], 'x/y': 1 },
    ],
    [
      { op: 'copy', from: '/a/b/0', path: '/c' },
      { a: { b: [1, 2] }, c: 1, 'x/y': 1 },
    ],
    [{ op: 'test', path: '/a/b', value: [1, 2] }, document],
    [{ op: 'test', path: '/a/b', value: [2] }, 'testing value /a/b failed: test failed'],
    [{ op: 'replace', path: '/nope', value: 1 }, 'missing path: /nope'],
    [{ op: 'remove', path: '/a/b/2' }, 'missing path: /a/b/2'],
    [{ op: 'fly', path: '/a' }, 'Unexpected kind: fly'],
  ])('%j', (operation, expected) => expect(run(operation)).toEqual(expected));

  it('leaves the document as it was, and never throws', () => {
    const before = JSON.stringify(document);
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path: fc.constantFrom('', '/', '/a', '/a/b', '/a/b/-', '/a/b/0', '/__proto__'),
      from: fc.constantFrom('/a', '/a/b/1'),
      value: fc.jsonValue(),
    });
    fc.assert(fc.property(fc.array(fc.oneof(operation, fc.anything())), (operations) => jsonPatch(document, operations) !== undefined));
    expect(JSON.stringify(document)).toBe(before);
  });
});

describe('apply', () => {
  const merge = (original: object, modified: object, current: object): unknown =>
    threeWayMerge(pod, original as Record<string, unknown>, modified as Record<string, unknown>, current as Record<string, unknown>);

  it('sets what the manifest says, removes what it no longer says, keeps what the server added', () => {
    const original = containers({ name: 'a', image: 'a:1', args: ['x'] }, { name: 'old' });
    const modified = containers({ name: 'new', image: 'n' }, { name: 'a', image: 'a:2' });
    const current = containers({ name: 'a', image: 'a:1', args: ['x'], imagePullPolicy: 'Always' }, { name: 'old' }, { name: 'injected' });
    expect(merge(original, modified, current)).toEqual(
      containers({ name: 'injected' }, { name: 'new', image: 'n' }, { name: 'a', image: 'a:2', imagePullPolicy: 'Always' }),
    );
  });

  it('gives a volume one source', () => {
    const volumes = (...list: object[]): object => ({ spec: { volumes: list } });
    const before = volumes({ name: 'v', emptyDir: {} });
    const after = volumes({ name: 'v', configMap: { name: 'c' } });
    expect(merge(before, after, before)).toEqual(after);
  });

  it('writes the annotation as Go does', () => {
    const manifest = {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'a', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'old' } },
      spec: { b: '<&>' },
    };
    expect(lastAppliedText(manifest)).toBe(
      '{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{},"name":"a"},"spec":{"b":"\\u003c\\u0026\\u003e"}}\n',
    );
  });
});
