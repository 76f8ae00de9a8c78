import { evaluateJsonPath, formatJsonPath, JsonPathError, parseJsonPath } from './index.js';

const list = {
  kind: 'List',
  items: [
    { metadata: { name: 'web-1', labels: { app: 'web', 'k8s.io/part': 'front' } }, status: { podIP: '10.10.1.2', n: 3, ready: true } },
    { metadata: { name: 'web-2', labels: { app: 'web' } }, status: { podIP: '10.10.3.2', n: 5, ready: false } },
    { metadata: { name: 'db-1' }, status: { podIP: '10.10.2.2', n: 7 } },
  ],
};

const render = (template: string, data: unknown = list): string => formatJsonPath(parseJsonPath(template), data);

test.each([
  ['{.items[*].status.podIP}', '10.10.1.2 10.10.3.2 10.10.2.2'],
  ['{.items[0].metadata.name}', 'web-1'],
  ['{.items[-1].metadata.name}', 'db-1'],
  ['{.items[-1:].metadata.name}', 'db-1'],
  ['{.items[0:2].metadata.name}', 'web-1 web-2'],
  ['{.items[::2].metadata.name}', 'web-1 db-1'],
  ['{.items[0,2].metadata.name}', 'web-1 db-1'],
  ["{.items[0]['metadata']['name']}", 'web-1'],
  ["{.items[*]['metadata.name','status.podIP']}", 'web-1 web-2 db-1 10.10.1.2 10.10.3.2 10.10.2.2'],
  ['{.items[0].metadata.labels.k8s\\.io/part}', 'front'],
  ["{.items[0].metadata.labels['k8s\\.io/part']}", 'front'],
  ['{..podIP}', '10.10.1.2 10.10.3.2 10.10.2.2'],
  ['{.items[?(@.metadata.name=="web-2")].status.podIP}', '10.10.3.2'],
  ["{.items[?(@.metadata.name=='web-2')].status.podIP}", '10.10.3.2'],
  ['{.items[?(@.status.n>3)].metadata.name}', 'web-2 db-1'],
  ['{.items[?(@.status.n<=5)].metadata.name}', 'web-1 web-2'],
  ['{.items[?(@.status.ready==true)].metadata.name}', 'web-1'],
  ['{.items[?(@.status.n!=5)].metadata.name}', 'web-1 db-1'],
  ['{.items[?(@.metadata.labels)].metadata.name}', 'web-1 web-2'],
  ['{range .items[*]}{.metadata.name}{"\\t"}{.status.podIP}{"\\n"}{end}', 'web-1\t10.10.1.2\nweb-2\t10.10.3.2\ndb-1\t10.10.2.2\n'],
  ['{range .items[*]}{.metadata.name}{end}|{.kind}', 'web-1web-2db-1|List'],
  ['{range .none[*]}{.x}{end}after', 'after'],
  ['{range .items[0:2]}[{range .metadata.labels.*}<{@}>{end}]{end}', '[<web><front>][<web>]'],
  ['name is {.items[0].metadata.name}.', 'name is web-1.'],
  ["{.kind}{'\\n'}", 'List\n'],
  ['{.items[0].metadata.labels}', '{"app":"web","k8s.io/part":"front"}'],
  ['{.items[0].status.n}', '3'],
  ['{.items[0].status.ready}', 'true'],
  ['{.nothing.at.all}', ''],
  ['{$.kind}', 'List'],
  ['{ .kind }', 'List'],
  ['.kind', '.kind'],
  ['', ''],
])('%s gives %j', (template, expected) => {
  expect(render(template)).toBe(expected);
});

test('objects are printed as one line of JSON, keys sorted', () => {
  expect(render('{@}', { b: 1, a: ['<x>'] })).toBe('{"a":["\\u003cx\\u003e"],"b":1}');
});

test.each([
  ['{.items', 'unclosed action'],
  ['{.items[}', 'unterminated array'],
  ['{.items[x]}', 'invalid array index x'],
  ['{.items[?(@.a==1]}', 'unterminated filter'],
  ['{"abc}', 'unterminated quoted string'],
  ['{~}', "unrecognized character in action: U+007E '~'"],
  ['{......}', 'invalid multiple recursive descent'],
])('%s cannot be parsed: %s', (template, message) => {
  expect(() => parseJsonPath(template)).toThrow(new JsonPathError(message));
});

test.each([
  ['{.items[5].metadata.name}', 'array index out of bounds: index 5, length 3'],
  ['{.items[2:1].metadata.name}', 'starting index 2 is greater than ending index 1'],
  ['{.kind[0]}', 'string is not array or slice'],
  ['{.items[0].metadata[0]}', 'map[string]interface {} is not array or slice'],
  ['{.items[?(@.status.n=="3")].metadata.name}', 'incompatible types for comparison'],
  ['{.kind}{end}', 'not in range, nothing to end'],
  ['{foo}', 'unrecognized identifier foo'],
  ['{.items[0::-1]}', 'step must be > 0'],
])('%s cannot be applied: %s', (template, message) => {
  expect(() => render(template)).toThrow(new JsonPathError(message));
});

test('a missing field is an error when missing keys are not allowed', () => {
  expect(() => evaluateJsonPath(parseJsonPath('{.nope}'), list, { strict: true })).toThrow(new JsonPathError('nope is not found'));
});
