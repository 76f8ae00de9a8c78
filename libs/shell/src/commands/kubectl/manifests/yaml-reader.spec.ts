import { readYaml, YamlError } from './yaml-reader.js';

// The messages and line numbers are go-yaml's for the same texts.
test.each([
  ['a: b: c\n', 'mapping values are not allowed in this context'],
  ['apiVersion: v1\nspec:\n  a: 1\n   b: 2\n', 'line 4: mapping values are not allowed in this context'],
  ['ports:\n- name: x\n  port: 1\n   targetPort: 2\n', 'line 4: mapping values are not allowed in this context'],
  ['a:\n- x\n  - y: 1\n', 'line 3: mapping values are not allowed in this context'],
  ['spec:\n  ports\n    - a: 1\n', 'line 3: mapping values are not allowed in this context'],
  ['spec:\n    a: 1\n  b: 2\nc: 3\n', 'line 2: did not find expected key'],
  ['ports:\n- name: x\n port: 1\n', 'line 2: did not find expected key'],
  ['a:\n  - x\n - y\n', 'line 2: did not find expected key'],
  ['spec:\n\ta: 1\n', 'line 2: found character that cannot start any token'],
  ["a: 'x\nb: 2\n", 'line 3: found unexpected end of stream'],
  ['a: [1, 2\nb: 3\n', "line 1: did not find expected ',' or ']'"],
  ['a: {x: 1\nb: 3\n', "line 1: did not find expected ',' or '}'"],
  ['a: 1\nfoo\nb: 2\n', "line 3: could not find expected ':'"],
  ['a: 1\nfoo\n', "line 3: could not find expected ':'"],
  ['a: - b\n', 'block sequence entries are not allowed in this context'],
  ['x: 1\na: @x\n', 'line 2: found character that cannot start any token'],
  ['- a\nb: 1\n', "line 1: did not find expected '-' indicator"],
  ['x: 1\na: "\\q"\n', 'line 2: found unknown escape character'],
  ['a: *foo\n', "unknown anchor 'foo' referenced"],
])('%j: %s', (text, message) => {
  expect(() => readYaml(text)).toThrow(new YamlError(`yaml: ${message}`));
});

test.each([
  ['a: yes\nb: "yes"\nc: on\n', { a: true, b: 'yes', c: true }],
  ['mode: 0777\n', { mode: 511 }],
  ['t: 2024-09-28T10:15:27Z\n', { t: '2024-09-28T10:15:27Z' }],
  ['a: 1\na: 2\n', { a: 2 }],
  ['a: &p {k: v}\nb: *p\nc:\n  <<: *p\n  l: w\n', { a: { k: 'v' }, b: { k: 'v' }, c: { k: 'v', l: 'w' } }],
  ['a: .\nb: .5\n', { a: '.', b: 0.5 }],
  ['a: e1\nb: .e3\nc: 1e3\nd: -1.5E-2\n', { a: 'e1', b: '.e3', c: 1000, d: -0.015 }],
  ['{"a": [1, null, "x"]}', { a: [1, null, 'x'] }],
  ['# nothing\n', null],
])('%j is read by the rules of YAML 1.1', (text, value) => {
  expect(readYaml(text)).toEqual(value);
});

test('an explosion of aliases is refused', () => {
  const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`);
  expect(() => readYaml(`a0: &a0 [x]\n${levels.join('\n')}\n`)).toThrow(new YamlError('yaml: document contains excessive aliasing'));
});
