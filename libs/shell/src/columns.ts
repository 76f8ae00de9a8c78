const GAP = 2;
/** Ways of printing that keep one name in a line, or say more than names. */
const ONE_PER_LINE = /^-[a-zA-Z]*[1lm]/;

/**
 * The list that `ls` gives to a pipe, as it shows it on a terminal: in columns, read
 * downwards, each as wide as its longest name (GNU coreutils `ls.c`, print_many_per_line).
 */
export function inColumns(args: readonly string[], list: string, width: number): string {
  const names = list.split('\n').slice(0, -1);
  const isPlainList = !args.some((arg) => ONE_PER_LINE.test(arg)) && names.every((name) => name !== '' && !name.endsWith(':'));
  if (!isPlainList || names.length < 2) return list;
  for (let rows = 1; rows < names.length; rows++) {
    const columns = Array.from({ length: Math.ceil(names.length / rows) }, (_, column) => names.slice(column * rows, (column + 1) * rows));
    const widths = columns.map((column) => Math.max(...column.map((name) => name.length)));
    if (widths.reduce((sum, each) => sum + each + GAP, -GAP) >= width) continue;
    return Array.from({ length: rows }, (_, row) => line(columns, widths, row)).join('');
  }
  return list;
}

function line(columns: readonly (readonly string[])[], widths: readonly number[], row: number): string {
  const cells = columns.flatMap((column, index) => (column[row] === undefined ? [] : [column[row].padEnd(widths[index]! + GAP)]));
  return `${cells.join('').trimEnd()}\n`;
}
