import type { World } from '@svclab/cluster';
import { resolvePath } from './globbing.js';
import type { FileAccess, Location } from './types.js';

interface FileRecord {
  /** Absent for a directory. */
  readonly content?: string;
}

/** The files of one location, kept in table `files.files` under `<location>|<path>`. */
class TableFiles implements FileAccess {
  constructor(
    private readonly world: World,
    private readonly at: Location,
  ) {}

  read(path: string): string | undefined {
    return this.#table.get(this.#key(path))?.content;
  }

  write(path: string, content: string): void {
    this.#table.put(this.#key(path), { content });
  }

  exists(path: string): boolean {
    return this.#table.has(this.#key(path)) || this.list(path) !== undefined;
  }

  remove(path: string): boolean {
    return this.#table.delete(this.#key(path));
  }

  list(directory: string): readonly string[] | undefined {
    const prefix = this.#key(directory === '/' ? '/' : `${directory}/`);
    const names = new Set(this.#table.keysWithPrefix(prefix).map((key) => key.slice(prefix.length).split('/', 1)[0]!));
    if (names.size > 0) return [...names].sort();
    const record = this.#table.get(this.#key(directory));
    return STANDING.has(directory) || (record && record.content === undefined) ? [] : undefined;
  }

  makeDirectory(path: string): void {
    if (this.list(path) === undefined) this.#table.put(this.#key(path), {});
    const parent = resolvePath(path, '..');
    if (parent !== '/') this.makeDirectory(parent);
  }

  get #table() {
    return this.world.sim.store.table<FileRecord>('files.files');
  }

  #key(path: string): string {
    return `${this.at}|${path}`;
  }
}

/** Directories that every place has. */
const STANDING: ReadonlySet<string> = new Set(['/', '/root', '/tmp']);

/** The files of a place: the world's, or until it has any, a table of our own. */
export function filesOf(world: World, at: Location): FileAccess {
  return new TableFiles(world, at);
}
