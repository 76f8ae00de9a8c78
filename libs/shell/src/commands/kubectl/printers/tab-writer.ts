/**
 * Text with tab-terminated cells, aligned in columns. A column is a block of
 * consecutive lines that have a cell there (elastic tabstops), as in Go's text/tabwriter
 * with blanks for padding.
 */
export function alignTabs(text: string, options: { readonly minWidth: number; readonly padding: number }): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const output: string[] = [];
  const widths: number[] = [];

  const write = (from: number, to: number): void => {
    for (let row = from; row < to; row++) {
      output.push(lines[row]!.map((cell, column) => (column < widths.length ? pad(cell, widths[column]!) : cell)).join(''));
    }
  };
  const align = (from: number, to: number): void => {
    const column = widths.length;
    let written = from;
    for (let row = from; row < to; row++) {
      if (!hasCell(lines[row]!, column)) continue;
      write(written, row);
      written = row;
      let width = options.minWidth;
      for (; row < to && hasCell(lines[row]!, column); row++) width = Math.max(width, displayWidth(lines[row]![column]!) + options.padding);
      widths.push(width);
      align(written, row);
      widths.pop();
      written = row;
    }
    write(written, to);
  };
  align(0, lines.length);
  return output.join('\n');
}

/** The last piece of a line ends with the line, not with a tab: it is no cell and takes no part in alignment. */
const hasCell = (line: readonly string[], column: number): boolean => column < line.length - 1;

const displayWidth = (text: string): number => [...text].length;

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - displayWidth(text)));
