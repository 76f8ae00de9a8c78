import { Bash } from './just-bash.js';
import { sealed, type SealedWorld } from './seal.js';
import { ToolFiles } from './tool-files.js';
import type { FileAccess } from './types.js';

/** The programs that just-bash plays for us: filters and file tools, which need no network and no cluster. */
const NAMES = (
  'awk base64 basename cat chmod column comm cp cut date dirname du egrep expand expr fgrep file find fold ' +
  'grep gunzip gzip head join jq ln ls md5sum mkdir mv nl od paste printf readlink rev rm rmdir sed seq sha1sum ' +
  'sha256sum sort split stat strings tac tail tee touch tr tree unexpand zcat'
).split(' ') as NonNullable<NonNullable<ConstructorParameters<typeof Bash>[0]>['commands']>;

export const TEXT_TOOLS: ReadonlySet<string> = new Set(NAMES);

/** These only look at their operands: what is on standard input is left for the next command. */
const READS_NO_INPUT: ReadonlySet<string> = new Set(
  'basename chmod cp date dirname du expr file find ln ls mkdir mv printf readlink rm rmdir seq stat touch tree'.split(' '),
);

export interface ToolRun {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly cwd: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly files: FileAccess;
  readonly world: SealedWorld;
}

export interface ToolOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export const isTextTool = (name: string): boolean => TEXT_TOOLS.has(name);

/** Whether the tool uses up what is on standard input: filters do, unless they are given a file to read. */
export function readsInput(name: string, args: readonly string[], isFile: (path: string) => boolean): boolean {
  return !READS_NO_INPUT.has(name) && !args.some((arg) => !arg.startsWith('-') && isFile(arg));
}

/** One interpreter per process, shared by all sandboxes; it looks at the files of whoever runs. */
const files = new ToolFiles();
let interpreter: Bash | undefined;

const bash = (): Bash =>
  (interpreter ??= new Bash({
    fs: files,
    commands: NAMES,
    // The sandbox has no secrets to guard and its workers are locked from outside; the in-realm guard costs a third of a loop.
    defenseInDepth: false,
    executionLimits: { maxExecutionTimeMs: Infinity },
  }));

/**
 * Runs one text tool. Standard output is text; bytes that are no UTF-8 come as
 * one character each (U+0080 … U+00FF), which JSON and the log carry safely.
 */
export async function runTextTool(name: string, run: ToolRun): Promise<ToolOutcome> {
  return files.of(run.files, () =>
    sealed(run.world, async () => {
      const result = await bash().exec(name, {
        args: [...run.args],
        stdin: run.stdin,
        cwd: run.cwd,
        env: Object.fromEntries(run.environment),
        replaceEnv: true,
      });
      return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode };
    }),
  );
}

const idle: SealedWorld = { nowMs: () => 0, random: () => 0 };

let warming: Promise<void> | undefined;

/**
 * Loads every tool once. They are loaded lazily and some draw random numbers while
 * loading, which must not come out of a sandbox's stream; nor may a load wait on
 * the event loop under the seal.
 */
export function warmTextTools(): Promise<void> {
  return (warming ??= loadAll());
}

async function loadAll(): Promise<void> {
  const nothing: FileAccess = { read: () => undefined, write: () => undefined, exists: () => false, remove: () => false, list: () => [] };
  await files.of(nothing, async () => {
    for (const name of NAMES) await bash().exec(name, { args: ['--help'], stdin: '' });
  });
  // The help of these is printed before their engines are loaded.
  for (const [name, args] of [
    ['jq', ['.']],
    ['awk', ['{print rand()}']],
    ['sed', ['s/a/b/']],
    ['date', ['+%s']],
  ] as const) {
    await runTextTool(name, { args, stdin: '1\n', cwd: '/', environment: new Map(), files: nothing, world: idle });
  }
}
