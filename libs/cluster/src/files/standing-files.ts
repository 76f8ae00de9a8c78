/** A file that nobody had to write: part of an image, or computed when it is read. */
export interface StandingFile {
  read(): string | undefined;
  /** For those that mean something to the kernel; others are overwritten like any file. */
  write?(content: string): void;
}

/** The files a place starts with. */
export class StandingFiles {
  readonly #files = new Map<string, StandingFile>();

  add(path: string, content: string | StandingFile): this {
    this.#files.set(path, typeof content === 'string' ? { read: () => content } : content);
    return this;
  }

  addAll(files: { readonly [path: string]: string }): this {
    for (const path of Object.keys(files)) this.add(path, files[path]!);
    return this;
  }

  find(path: string): StandingFile | undefined {
    return this.#files.get(path);
  }

  paths(): Iterable<string> {
    return this.#files.keys();
  }
}
