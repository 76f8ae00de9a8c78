import type { FileAccess } from './types.js';

const NULL_DEVICE = '/dev/null';

/** The files of a place, and the one device that scripts use. */
export class PlaceFiles implements FileAccess {
  constructor(private readonly files: FileAccess) {}

  read(path: string): string | undefined {
    return path === NULL_DEVICE ? '' : this.files.read(path);
  }

  write(path: string, content: string): void {
    if (path !== NULL_DEVICE) this.files.write(path, content);
  }

  exists(path: string): boolean {
    return path === NULL_DEVICE || this.files.exists(path);
  }

  remove(path: string): boolean {
    return this.files.remove(path);
  }

  list(directory: string): readonly string[] | undefined {
    return this.files.list(directory);
  }

  makeDirectory(path: string): void {
    this.files.makeDirectory?.(path);
  }
}
