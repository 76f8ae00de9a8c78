import fc from 'fast-check';
import { readYaml } from '../manifests/yaml-reader.js';
import { goYaml, naturalOrder } from './yaml.js';

test.each([
  ['plain', 'plain'],
  ['', '""'],
  ['true', '"true"'],
  ['yes', '"yes"'],
  ['null', '"null"'],
  ['31042', '"31042"'],
  ['1e3', '"1e3"'],
  ['0x1f', '"0x1f"'],
  ['12:30:45', '"12:30:45"'],
  ['2024-09-28T10:15:27Z', '"2024-09-28T10:15:27Z"'],
  ['10.200.1.206', '10.200.1.206'],
  ['10.10.0.0/16', '10.10.0.0/16'],
  ['fe80::1', 'fe80::1'],
  ['v1.31.0', 'v1.31.0'],
  ['-f', '-f'],
  ['- item', "'- item'"],
  ['key: value', "'key: value'"],
  ['ends:', "'ends:'"],
  ['a #comment', "'a #comment'"],
  ['*', "'*'"],
  ['{}', "'{}'"],
  ['@x', "'@x'"],
  ["it's", "it's"],
  ["'quoted'", "'''quoted'''"],
  [' leading', "' leading'"],
  ['tab\there', '"tab\\there"'],
  ['한글', '한글'],
])('a string %j is written %s', (text, written) => {
  expect(goYaml({ k: text })).toBe(`k: ${written}\n`);
});

test('text of several lines is a literal block with the right chomping', () => {
  expect(goYaml({ a: 'x\ny\n', b: 'x\ny', c: 'x\n\n', d: ' x\ny' })).toBe(
    'a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: |2-\n   x\n  y\n',
  );
});

test('a blank before a line end rules the block out', () => {
  expect(goYaml({ a: 'x \ny' })).toBe('a: "x \\ny"\n');
});

test('sequences stand under their key without indentation', () => {
  expect(goYaml({ spec: { ports: [{ name: 'a', port: 80 }, { port: 81 }], list: ['x'], nested: [['a', 'b'], []] } })).toBe(
    'spec:\n  list:\n  - x\n  nested:\n  - - a\n    - b\n  - []\n  ports:\n  - name: a\n    port: 80\n  - port: 81\n',
  );
});

test('empty values and numbers', () => {
  expect(goYaml({ a: {}, b: [], c: null, d: 0, e: false })).toBe('a: {}\nb: []\nc: null\nd: 0\ne: false\n');
});

test('keys stand in natural order', () => {
  expect(['b', 'a10', 'a9', 'a', '1', 'B', 'a.b', 'a-b', 'ab'].toSorted(naturalOrder)).toEqual([
    '1',
    'B',
    'a',
    'a-b',
    'a.b',
    'a9',
    'a10',
    'ab',
    'b',
  ]);
});

test('a long line is folded once it has passed column 80', () => {
  const message =
    "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 node(s) didn't match";
  expect(goYaml({ status: { message } })).toBe(
    "status:\n  message: '0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane:\n" +
      "    }, 3 node(s) didn''t match'\n",
  );
});

test('what is written reads back as it was', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...' \n\t:#-{}[]"\'\\ab1.0') }), fc.lorem({ maxCount: 30 }));
  const value = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
    ),
  })).tree;
  fc.assert(
    fc.property(value, (original) => {
      expect(readYaml(goYaml({ value: original }))).toEqual({ value: original });
    }),
    { numRuns: 300 },
  );
});
