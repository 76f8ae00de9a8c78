import type { Sim, Table } from '@svclab/sim';
import type { StandingFile, StandingFiles } from './standing-files.js';

/** What somebody wrote, made or removed. Table `files.files`, key = `<location>|<path>`. A directory has no content. */
interface FileRecord {
  readonly content?: string;
  /** The image has this file, but it was removed here. */
  readonly removed?: boolean;
}

/** Directories that every place has. */
const COMMON_DIRECTORIES: ReadonlySet<string> = new Set(['/', '/root', '/tmp', '/etc', '/proc', '/proc/sys', '/var', '/usr', '/opt']);

/** The files of one container or of the lab host. Paths are absolute. */
export class ContainerFiles {
  constructor(
    private readonly table: Table<FileRecord>,
    private readonly location: string,
    private readonly standing: () => StandingFiles,
  ) {}

  read(path: string): string | undefined {
    const record = this.table.get(this.#key(path));
    if (record) return record.removed ? undefined : record.content;
    return this.#standing(path)?.read();
  }

  write(path: string, content: string): void {
    const standing = this.#standing(path);
    if (standing?.write) standing.write(content);
    else this.table.put(this.#key(path), { content });
  }

  exists(path: string): boolean {
    return this.read(path) !== undefined || this.list(path) !== undefined;
  }

  /** A file, or an empty directory. */
  remove(path: string): boolean {
    const had = this.table.get(this.#key(path));
    if (had?.removed) return false;
    if (this.#standing(path)) this.table.put(this.#key(path), { removed: true });
    else if (!had) return false;
    else this.table.delete(this.#key(path));
    return true;
  }

  /** Names in a directory, in code-unit order. */
  list(directory: string): readonly string[] | undefined {
    const prefix = directory === '/' ? '/' : `${directory}/`;
    const names = new Set<string>();
    for (const path of this.standing().paths()) {
      if (path.startsWith(prefix) && !this.table.get(this.#key(path))?.removed) names.add(firstPart(path, prefix));
    }
    for (const key of this.table.keysWithPrefix(this.#key(prefix))) {
      if (!this.table.get(key)!.removed) names.add(firstPart(key.slice(this.location.length + 1), prefix));
    }
    names.delete('');
    if (names.size > 0) return [...names].toSorted();
    const record = this.table.get(this.#key(directory));
    const isEmptyDirectory = record ? record.content === undefined && !record.removed : COMMON_DIRECTORIES.has(directory);
    return isEmptyDirectory ? [] : undefined;
  }

  /** With the directories it lies in. */
  makeDirectory(path: string): void {
    if (path === '/' || this.list(path) !== undefined) return;
    this.table.put(this.#key(path), {});
    this.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/');
  }

  #standing(path: string): StandingFile | undefined {
    return this.standing().find(path);
  }

  #key(path: string): string {
    return `${this.location}|${path}`;
  }
}

/** Files of all places: what was written lies in a table, what belongs to an image or is computed is asked for anew. */
export class Files {
  readonly #table: Table<FileRecord>;

  constructor(
    sim: Sim,
    private readonly standingOf: (location: string) => StandingFiles,
  ) {
    this.#table = sim.store.table('files.files');
  }

  at(location: string): ContainerFiles {
    return new ContainerFiles(this.#table, location, () => this.standingOf(location));
  }

  /** The container is gone, and what was written in it. */
  forget(location: string): void {
    for (const key of this.#table.keysWithPrefix(`${location}|`)) this.#table.delete(key);
  }
}

const firstPart = (path: string, prefix: string): string => path.slice(prefix.length).split('/', 1)[0]!;
