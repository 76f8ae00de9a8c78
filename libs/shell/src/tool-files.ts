import { bytesOf, textOf } from '@svclab/sim';
import { resolvePath } from './globbing.js';
import type { IFileSystem } from './just-bash.js';
import type { FileAccess } from './types.js';

type FsStat = Awaited<ReturnType<IFileSystem['stat']>>;
type Content = Parameters<IFileSystem['writeFile']>[1];

const contentOf = (content: Content): string => (typeof content === 'string' ? content : textOf(content));

/** An error as node's `fs` words it: just-bash reads the code out of the message. */
const failure = (code: 'ENOENT' | 'EISDIR' | 'ENOTDIR' | 'EEXIST' | 'ENOTEMPTY' | 'EPERM', call: string, path: string): Error =>
  new Error(`${code}: ${REASONS[code]}, ${call} '${path}'`);

const REASONS = {
  ENOENT: 'no such file or directory',
  EISDIR: 'illegal operation on a directory',
  ENOTDIR: 'not a directory',
  EEXIST: 'file already exists',
  ENOTEMPTY: 'directory not empty',
  EPERM: 'operation not permitted',
};

/** What just-bash takes for its disk: the files of the place where the current tool runs. */
export class ToolFiles implements IFileSystem {
  #files: FileAccess | undefined;

  /** Runs `body` over `files`. */
  async of<T>(files: FileAccess, body: () => Promise<T>): Promise<T> {
    const before = this.#files;
    this.#files = files;
    try {
      return await body();
    } finally {
      this.#files = before;
    }
  }

  async readFile(path: string): Promise<string> {
    return this.#read(path);
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    return bytesOf(this.#read(path));
  }

  async writeFile(path: string, content: Content): Promise<void> {
    const { files } = this;
    if (this.#isDirectory(path)) throw failure('EISDIR', 'open', path);
    if (!this.#isDirectory(resolvePath(path, '..')) && !files.exists(path)) throw failure('ENOENT', 'open', path);
    files.write(path, contentOf(content));
  }

  async appendFile(path: string, content: Content): Promise<void> {
    await this.writeFile(path, (this.files.read(path) ?? '') + contentOf(content));
  }

  async exists(path: string): Promise<boolean> {
    return this.files.exists(path);
  }

  async stat(path: string): Promise<FsStat> {
    const isDirectory = this.#isDirectory(path);
    if (!isDirectory && !this.files.exists(path)) throw failure('ENOENT', 'stat', path);
    // Simplification: files have fixed modes, and all of them were changed just now.
    return {
      isFile: !isDirectory,
      isDirectory,
      isSymbolicLink: false,
      mode: isDirectory ? 0o755 : 0o644,
      size: isDirectory ? 4096 : bytesOf(this.files.read(path) ?? '').length,
      mtime: new Date(),
    };
  }

  lstat(path: string): Promise<FsStat> {
    return this.stat(path);
  }

  async mkdir(path: string, options?: { recursive?: boolean }): Promise<void> {
    if (this.files.exists(path)) {
      if (options?.recursive) return;
      throw failure('EEXIST', 'mkdir', path);
    }
    if (!options?.recursive && !this.#isDirectory(resolvePath(path, '..'))) throw failure('ENOENT', 'mkdir', path);
    if (!this.files.makeDirectory) throw failure('EPERM', 'mkdir', path);
    this.files.makeDirectory(path);
  }

  async readdir(path: string): Promise<string[]> {
    const names = this.files.list(path);
    if (names) return [...names];
    throw failure(this.files.exists(path) ? 'ENOTDIR' : 'ENOENT', 'scandir', path);
  }

  async rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void> {
    const names = this.files.list(path);
    if (names === undefined && !this.files.exists(path)) {
      if (options?.force) return;
      throw failure('ENOENT', 'rm', path);
    }
    if (names?.length) {
      if (!options?.recursive) throw failure('ENOTEMPTY', 'rm', path);
      for (const name of names) await this.rm(resolvePath(path, name), options);
    }
    this.files.remove(path);
  }

  async cp(from: string, to: string, options?: { recursive?: boolean }): Promise<void> {
    const names = this.files.list(from);
    if (!names) return this.writeFile(to, this.#read(from));
    if (!options?.recursive) throw failure('EISDIR', 'cp', from);
    await this.mkdir(to, { recursive: true });
    for (const name of names) await this.cp(resolvePath(from, name), resolvePath(to, name), options);
  }

  async mv(from: string, to: string): Promise<void> {
    await this.cp(from, to, { recursive: true });
    await this.rm(from, { recursive: true });
  }

  resolvePath(base: string, path: string): string {
    return resolvePath(base, path);
  }

  getAllPaths(): string[] {
    return [];
  }

  async chmod(path: string): Promise<void> {
    if (!this.files.exists(path)) throw failure('ENOENT', 'chmod', path);
  }

  async symlink(_target: string, path: string): Promise<void> {
    throw failure('EPERM', 'symlink', path);
  }

  async link(_existing: string, path: string): Promise<void> {
    throw failure('EPERM', 'link', path);
  }

  async readlink(path: string): Promise<string> {
    throw failure('ENOENT', 'readlink', path);
  }

  async realpath(path: string): Promise<string> {
    if (!this.files.exists(path)) throw failure('ENOENT', 'realpath', path);
    return path;
  }

  async utimes(): Promise<void> {}

  private get files(): FileAccess {
    if (!this.#files) throw new Error('no text tool is running');
    return this.#files;
  }

  #read(path: string): string {
    if (this.#isDirectory(path)) throw failure('EISDIR', 'read', path);
    const text = this.files.read(path);
    if (text === undefined) throw failure('ENOENT', 'open', path);
    return text;
  }

  #isDirectory(path: string): boolean {
    return path === '/' || this.files.list(path) !== undefined;
  }
}
