import { inColumns } from './columns.js';

const list = (names: string): string => names.replaceAll(' ', '\n') + '\n';

test.each([
  ['one row when it fits', [], 'host-local loopback portmap ptp', 80, 'host-local  loopback  portmap  ptp\n'],
  ['read downwards', [], 'a bbbb cc d', 10, 'a     cc\nbbbb  d\n'],
  ['one name', [], 'a', 80, 'a\n'],
  ['too long for two', [], 'aaaaaaaa bbbbbbbb', 10, 'aaaaaaaa\nbbbbbbbb\n'],
  ['asked for lines', ['-1'], 'a b', 80, 'a\nb\n'],
])('%s', (_name, args, names, width, shown) => {
  expect(inColumns(args, list(names), width)).toBe(shown);
});
