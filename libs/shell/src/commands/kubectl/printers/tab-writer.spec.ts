import { alignTabs } from './tab-writer.js';

const describeStyle = { minWidth: 0, padding: 2 };

test('columns are as wide as their widest cell and the padding', () => {
  expect(alignTabs('NAME\tAGE\nsvc-clusterip\t16s\n', { minWidth: 6, padding: 3 })).toBe('NAME            AGE\nsvc-clusterip   16s\n');
});

test('a column is at least the minimum wide', () => {
  expect(alignTabs('A\tB\n1\t2', { minWidth: 6, padding: 3 })).toBe('A     B\n1     2');
});

test('a line without a cell ends the column above it', () => {
  expect(alignTabs('a\tb\nno cells here\nlonger\tb\n', describeStyle)).toBe('a  b\nno cells here\nlonger  b\n');
});

test('inner columns are aligned within the block of the outer one', () => {
  const text = 'Port:\tsvc-webport\t9000/TCP\nTargetPort:\t80/TCP\nPort:\tx\t1/TCP\n';
  expect(alignTabs(text, describeStyle)).toBe('Port:        svc-webport  9000/TCP\nTargetPort:  80/TCP\nPort:        x  1/TCP\n');
});

test('characters count, not bytes', () => {
  expect(alignTabs('한글\tx\nab\ty', describeStyle)).toBe('한글  x\nab  y');
});
