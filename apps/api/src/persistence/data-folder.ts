import { closeSync, existsSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { StartupError } from '../startup-error.js';

const LOCK = 'server.lock';
const SECRET = 'secret.key';

/** The folder that holds everything a server keeps. One server at a time owns it. */
export class DataFolder {
  private constructor(
    readonly folder: string,
    /** Of this folder alone; ids and tokens of retried creations are derived from it. 32 bytes. */
    readonly secret: Buffer,
  ) {}

  get database(): string {
    return path.join(this.folder, 'svclab.sqlite');
  }

  /** Creates the folder if it is absent and takes the lock. Throws {@link StartupError} that names folder and cause. */
  static open(folder: string): DataFolder {
    const absolute = path.resolve(folder);
    try {
      mkdirSync(absolute, { recursive: true });
    } catch (error) {
      throw new StartupError(
        `cannot create the data folder ${absolute}: ${reason(error)}. Set SVCLAB_DATA_DIR to a folder you may write to.`,
      );
    }
    takeLock(absolute);
    try {
      return new DataFolder(absolute, readOrCreateSecret(path.join(absolute, SECRET)));
    } catch (error) {
      unlinkSync(path.join(absolute, LOCK));
      throw new StartupError(`cannot write to the data folder ${absolute}: ${reason(error)}`);
    }
  }

  close(): void {
    const lock = path.join(this.folder, LOCK);
    if (existsSync(lock) && readOwner(lock) === process.pid) unlinkSync(lock);
  }
}

/**
 * A file that holds the owner's pid, created exclusively. A server that was killed
 * leaves one behind: it is taken over when no such process lives.
 */
function takeLock(folder: string): void {
  const lock = path.join(folder, LOCK);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(lock, 'wx', 0o644);
      writeSync(file, `${process.pid}\n`);
      closeSync(file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new StartupError(
          `cannot write to the data folder ${folder}: ${reason(error)}. Set SVCLAB_DATA_DIR to a folder you may write to.`,
        );
      }
    }
    const owner = readOwner(lock);
    if (owner !== undefined && isAlive(owner)) {
      throw new StartupError(
        `the data folder ${folder} is in use by another svclab server (pid ${owner}). Stop that one, or set SVCLAB_DATA_DIR to another folder.`,
      );
    }
    unlinkSync(lock);
  }
  throw new StartupError(`the data folder ${folder} is being taken by another svclab server at this very moment. Try again.`);
}

function readOwner(lock: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(lock, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  // A container starts again with the same small pid: a lock with our own number is a dead server's.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readOrCreateSecret(file: string): Buffer {
  if (existsSync(file)) {
    const secret = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url');
    if (secret.length === 32) return secret;
    throw new Error(`${file} is damaged: it should hold 32 bytes in base64url`);
  }
  const secret = randomBytes(32);
  const handle = openSync(file, 'wx', 0o600);
  writeSync(handle, `${secret.toString('base64url')}\n`);
  closeSync(handle);
  return secret;
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
