/** A stretch of the text that was read: offsets of its first character and of the one behind its last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Why a command is refused, and what it was about. Thrown while one is read or done; the tool prints it under the line. */
export class NftProblem extends Error {
  override readonly name = 'NftProblem';

  /** `beside` is marked with `~`: what `at` does not agree with. */
  constructor(
    readonly reason: string,
    readonly at: Span,
    readonly beside?: Span,
  ) {
    super(reason);
  }
}

/** Reasons of the kernel, as strerror(3) words them. */
export const KERNEL = {
  notFound: 'Could not process rule: No such file or directory',
  exists: 'Could not process rule: File exists',
  busy: 'Could not process rule: Device or resource busy',
  notSupported: 'Could not process rule: Operation not supported',
  tooManyLinks: 'Could not process rule: Too many links',
  setFull: 'Could not process rule: Too many open files in system',
} as const;

/** What nft itself finds missing, before it asks the kernel. */
export const NOT_FOUND = 'No such file or directory';

/** As nft prints a problem; `file` is absent for words of the command line. */
export function describeProblem({ reason, at, beside }: NftProblem, text: string, file?: string): string {
  const lineStart = text.lastIndexOf('\n', Math.max(0, at.from - 1)) + 1;
  const lineEnd = text.indexOf('\n', lineStart);
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  const first = at.from - lineStart + 1;
  const last = Math.max(first, at.to - lineStart);
  const number = text.slice(0, lineStart).split('\n').length;
  const where = file === undefined ? '' : `${file}:${number}:${first}-${last}: `;
  return `${where}Error: ${reason}\n${line}\n${marks(line, lineStart, at, beside)}\n`;
}

function marks(line: string, lineStart: number, at: Span, beside: Span | undefined): string {
  const end = Math.max(at.to, at.from + 1, beside?.to ?? 0) - lineStart;
  let text = '';
  for (let i = 0; i < end; i++) {
    const offset = lineStart + i;
    if (offset === at.from || (offset > at.from && offset < at.to)) text += '^';
    else if (beside && offset >= beside.from && offset < beside.to) text += '~';
    else text += line[i] === '\t' ? '\t' : ' ';
  }
  return text;
}
