import type { FileAccess } from './types.js';
import { BrokenPipe } from './control-flow.js';

/** Where text comes from. Readers share one position, so that `read` in a loop takes line by line. */
export class Input {
  #text: string;
  #position = 0;

  constructor(
    text: string,
    readonly isTerminal = false,
  ) {
    this.#text = text;
  }

  /** Waits until what is left satisfies the reader, or nothing more will come. Here all has come already. */
  async waitFor(_enough: (rest: string) => boolean): Promise<void> {}

  /** Waits for all there will be. */
  waitForEnd(): Promise<void> {
    return this.waitFor(() => false);
  }

  protected append(text: string): void {
    this.#text = this.peek() + text;
    this.#position = 0;
  }

  /** What is left, which is then used up. */
  readAll(): string {
    const rest = this.peek();
    this.#position = this.#text.length;
    return rest;
  }

  /** What is left, left there. */
  peek(): string {
    return this.#position === 0 ? this.#text : this.#text.slice(this.#position);
  }

  /** The next line without its end, or what is left of the last one; `undefined` at the end. */
  readUntil(delimiter: string): { readonly text: string; readonly complete: boolean } | undefined {
    if (this.#position >= this.#text.length) return undefined;
    const end = this.#text.indexOf(delimiter, this.#position);
    const text = this.#text.slice(this.#position, end < 0 ? undefined : end);
    this.#position = end < 0 ? this.#text.length : end + delimiter.length;
    return { text, complete: end >= 0 };
  }

  read(characters: number): string {
    const text = this.#text.slice(this.#position, this.#position + characters);
    this.#position += text.length;
    return text;
  }
}

/** What somebody types or sends while the program runs: readers wait for it. */
export class LiveInput extends Input {
  constructor(
    /** Resolves to what comes next; `undefined` at the end, which a terminal may have several times. */
    private readonly next: () => Promise<string | undefined>,
    isTerminal: boolean,
  ) {
    super('', isTerminal);
  }

  override async waitFor(enough: (rest: string) => boolean): Promise<void> {
    while (!enough(this.peek())) {
      const text = await this.next();
      if (text === undefined) return;
      this.append(text);
    }
  }
}

export const noInput = (): Input => new Input('');

/** Where text goes. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal that was asked for; absent for files and pipes. */
  readonly width?: number;
}

export const TERMINAL_WIDTH = 80;

/** The same stream, seen through a terminal that `exec -t` asked for. */
export const onTerminal = (output: Output, width = TERMINAL_WIDTH): Output => ({
  write: (text) => output.write(text),
  isTerminal: output.isTerminal,
  width,
});

/** `/dev/null`. */
export const discard: Output = { write: () => undefined, isTerminal: false };

/** A pipe or a command substitution: kept until the reader's turn comes. */
export class BufferOutput implements Output {
  readonly isTerminal = false;
  #text = '';
  #lines = 0;

  constructor(
    private readonly charge: (size: number) => void,
    /** The reader closes the pipe after so many lines (`head -3`). */
    private readonly lineLimit = Infinity,
  ) {}

  write(text: string): void {
    this.#text += text;
    this.charge(this.#text.length);
    if (this.lineLimit === Infinity) return;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lines++;
    if (this.#lines >= this.lineLimit) throw new BrokenPipe();
  }

  get text(): string {
    return this.#text;
  }
}

/** A file opened for writing. Written through at once: the next command may read it. */
export class FileOutput implements Output {
  readonly isTerminal = false;
  #text: string;

  constructor(
    private readonly files: FileAccess,
    private readonly path: string,
    private readonly charge: (size: number) => void,
    append: boolean,
  ) {
    this.#text = append ? (files.read(path) ?? '') : '';
    files.write(path, this.#text);
  }

  write(text: string): void {
    this.#text += text;
    this.charge(this.#text.length);
    this.files.write(this.path, this.#text);
  }
}

/** The open files of a process. */
export class Descriptors {
  constructor(
    readonly stdin: Input,
    readonly stdout: Output,
    readonly stderr: Output,
    /** From 3 on. */
    readonly others: ReadonlyMap<number, Input | Output> = new Map(),
  ) {}

  get(fd: number): Input | Output | undefined {
    if (fd === 0) return this.stdin;
    if (fd === 1) return this.stdout;
    if (fd === 2) return this.stderr;
    return this.others.get(fd);
  }

  /** The same, with `fd` replaced; `undefined` closes it. */
  with(fd: number, to: Input | Output | undefined): Descriptors {
    if (fd === 0) return new Descriptors(to instanceof Input ? to : noInput(), this.stdout, this.stderr, this.others);
    const output = to === undefined || to instanceof Input ? discard : to;
    if (fd === 1) return new Descriptors(this.stdin, output, this.stderr, this.others);
    if (fd === 2) return new Descriptors(this.stdin, this.stdout, output, this.others);
    const others = new Map(this.others);
    if (to === undefined) others.delete(fd);
    else others.set(fd, to);
    return new Descriptors(this.stdin, this.stdout, this.stderr, others);
  }
}
