import { LAST_APPLIED } from '@svclab/kube-api';
import { alignTabs } from '../printers/tab-writer.js';

/** Text of `kubectl describe`: tabs set cells apart, cells of neighbouring lines are aligned. */
export class DescribeWriter {
  readonly #blocks: string[] = [];
  #current = '';

  /** Appends `text` indented by `level` times two blanks. Line ends and tabs are the caller's. */
  write(level: number, text: string): void {
    this.#current += '  '.repeat(level) + text;
  }

  line(level: number, ...cells: readonly (string | number | boolean)[]): void {
    this.write(level, cells.join('\t') + '\n');
  }

  /** Ends a block: what follows is aligned on its own. */
  flush(): void {
    this.#blocks.push(this.#current);
    this.#current = '';
  }

  /** The text with its tabs as they are: how kubectl prints a pod template by itself. */
  unaligned(): string {
    return this.#blocks.join('') + this.#current;
  }

  toString(): string {
    this.flush();
    return this.#blocks.map((block) => alignTabs(block, { minWidth: 0, padding: 2 })).join('');
  }
}

type Pairs = Readonly<Record<string, string>> | undefined;

/** `Labels:  a=1` and further labels under it; `<none>` without any. */
export function writeLabels(writer: DescribeWriter, title: string, labels: Pairs): void {
  const pairs = Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .toSorted();
  writeUnderTitle(writer, title, pairs);
}

/** A titled cell with one value per line. */
export function writeUnderTitle(writer: DescribeWriter, title: string, values: readonly string[]): void {
  writer.line(0, `${title}:`, values[0] ?? '<none>');
  const indent = /^ */.exec(title)![0];
  for (const value of values.slice(1)) writer.line(0, indent, value);
}

const MAX_LENGTH = 140;

/** Annotations but for the one that `kubectl apply` keeps; long ones stand under their key and are cut. */
export function writeAnnotations(writer: DescribeWriter, title: string, annotations: Pairs): void {
  const keys = Object.keys(annotations ?? {})
    .filter((key) => key !== LAST_APPLIED)
    .toSorted();
  const lines = keys.flatMap((key) => {
    const value = annotations![key]!.replace(/\n$/, '');
    if (value.length + key.length + 2 <= MAX_LENGTH && !value.includes('\n')) return [`${key}: ${value}`];
    return [
      `${key}:`,
      ...value.split('\n').map((line) => `  ${line.length > MAX_LENGTH - 2 ? `${line.slice(0, MAX_LENGTH - 2)}...` : line}`),
    ];
  });
  writeUnderTitle(writer, title, lines);
}
