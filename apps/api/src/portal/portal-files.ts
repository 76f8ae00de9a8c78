import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The bundler puts a hash of the content into these names: what one of them holds never changes. */
const HASHED = /^assets\/|^(?:[a-z]{2}\/)?(?:assets\/|search-index-[0-9a-f]+\.json$)/;

/** One file of the built portal, held in memory: the whole site is a few megabytes. */
export class PortalFile {
  readonly type: string;
  readonly etag: string;
  readonly isHashed: boolean;
  #gzipped: Buffer | undefined;

  constructor(
    readonly name: string,
    readonly body: Buffer,
  ) {
    this.type = TYPES[path.extname(name)] ?? 'application/octet-stream';
    this.etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    this.isHashed = HASHED.test(name);
  }

  /** Undefined where compressing gains nothing. */
  get gzipped(): Buffer | undefined {
    if (!/^text|json|xml/.test(this.type)) return undefined;
    return (this.#gzipped ??= gzipSync(this.body));
  }
}

/** The built portal by file name with `/`, as in `ko/guide.html`. */
export class PortalFiles {
  readonly #files: ReadonlyMap<string, PortalFile>;

  private constructor(files: readonly PortalFile[]) {
    this.#files = new Map(files.map((file) => [file.name, file]));
  }

  /** Undefined where no portal has been built. */
  static read(folder: string): PortalFiles | undefined {
    if (!existsSync(path.join(folder, 'index.html'))) return undefined;
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new PortalFiles(
      entries.map((entry) => {
        const full = path.join(entry.parentPath, entry.name);
        return new PortalFile(path.relative(folder, full).split(path.sep).join('/'), readFileSync(full));
      }),
    );
  }

  get pages(): PortalFile[] {
    return [...this.#files.values()].filter(({ name }) => name.endsWith('.html'));
  }

  /** What stands at a path of a URL: a file, or the path at which it really stands, or nothing. */
  find(pathname: string): PortalFile | { readonly movedTo: string } | undefined {
    const name = pathname.slice(1);
    const found = this.#files.get(name === '' || name.endsWith('/') ? `${name}index.html` : name);
    if (found && !pathname.endsWith('.html')) return found;
    const bare = pathname.replace(/(?:\/|\/index\.html|\.html)$/, '');
    if (this.#files.has(`${bare.slice(1)}.html`)) return bare === pathname ? this.#files.get(`${name}.html`) : { movedTo: bare };
    if (this.#files.has(`${bare.slice(1)}/index.html`) || bare === '') return { movedTo: `${bare}/` };
    return undefined;
  }

  /** The page that says so when nothing stands at a path, in the language of that path. */
  notFoundPage(pathname: string): PortalFile | undefined {
    const language = /^\/([a-z]{2})(?:\/|$)/.exec(pathname)?.[1];
    return this.#files.get(`${language}/404.html`) ?? this.#files.get('404.html');
  }
}
