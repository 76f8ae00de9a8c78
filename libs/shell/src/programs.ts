import type { World } from '@svclab/cluster';
import { builtins, PROGRAM_BUILTINS } from './builtins/index.js';
import { ShellCommandContext } from './command-context.js';
import { BrokenPipe, ExpansionError } from './control-flow.js';
import type { Evaluator } from './evaluator.js';
import { resolvePath } from './globbing.js';
import { isUnsimulated } from './unsimulated.js';
import { inColumns } from './columns.js';
import { PlaceFiles } from './place-files.js';
import { imageHolds, placeKind } from './places.js';
import type { Process } from './process.js';
import { LiveInput, type Output } from './streams.js';
import { ShellState, type Dialect } from './state.js';
import { isTextTool, readsInput, runTextTool, TEXT_TOOLS } from './text-tools.js';
import type { CommandDefinition, FileAccess, Location } from './types.js';

const NOT_FOUND = 127;
const PROGRAM_PATHS = /^(?:\/usr(?:\/local)?)?\/s?bin\/([^/]+)$/;

/** The programs installed at the places of one world, and how each kind is started. */
export class Programs {
  readonly #files = new Map<Location, FileAccess>();
  readonly #temporary: { files: FileAccess; path: string }[] = [];

  constructor(
    readonly world: World,
    private readonly definitions: ReadonlyMap<string, CommandDefinition>,
  ) {}

  files(at: Location): FileAccess {
    let files = this.#files.get(at);
    if (!files) this.#files.set(at, (files = new PlaceFiles(this.world.files.at(at))));
    return files;
  }

  /** A file for `<(…)`; gone when the command line ends. */
  temporaryFile(at: Location, text: string): string {
    const path = `/dev/fd/${63 - this.#temporary.length}`;
    const files = this.files(at);
    files.write(path, text);
    this.#temporary.push({ files, path });
    return path;
  }

  removeTemporaryFiles(): void {
    for (const { files, path } of this.#temporary.splice(0)) files.remove(path);
  }

  /** What can be started by name, and the shell's own builtins. */
  names(at: Location): readonly string[] {
    const programs = [...this.definitions.keys(), ...TEXT_TOOLS].filter((name) => this.installed(name, at));
    return [...programs, ...builtins.keys()];
  }

  installed(program: string, at: Location): boolean {
    const name = baseName(program);
    if (!imageHolds(this.world, at, name)) return false;
    return this.#definition(name, at) !== undefined || isTextTool(name) || PROGRAM_BUILTINS.has(name);
  }

  /** Starts a program by name; 127 when there is none. */
  async run(program: string, args: readonly string[], process: Process, evaluator: Evaluator): Promise<number> {
    const name = baseName(program);
    const { state, io } = process;
    const definition = this.#definition(name, state.at);
    if (definition) {
      if (definition.readsInput?.(args) ?? args.includes('-')) await io.stdin.waitForEnd();
      return definition.run(new ShellCommandContext(args, process, evaluator));
    }
    if (isTextTool(name)) return this.#runTextTool(name, args, process);
    const builtin = PROGRAM_BUILTINS.get(name);
    if (builtin) return builtin({ name, args, process, evaluator });
    if (program.includes('/')) return this.#runFile(program, args, process, evaluator);
    io.stderr.write(isUnsimulated(name) ? `svclab: ${name} is not simulated yet\n` : notFound(name, state));
    return NOT_FOUND;
  }

  #definition(name: string, at: Location): CommandDefinition | undefined {
    const definition = this.definitions.get(name);
    return definition?.places.includes(placeKind(at)) && imageHolds(this.world, at, name) ? definition : undefined;
  }

  async #runTextTool(name: string, args: readonly string[], { state, io }: Process): Promise<number> {
    const files = this.files(state.at);
    const { sim } = this.world;
    if (name === 'cat' && args.every((arg) => arg === '-') && io.stdin instanceof LiveInput) return passThrough(io.stdin, io.stdout);
    const usesInput = readsInput(name, args, (path) => files.read(resolvePath(state.cwd, path)) !== undefined);
    if (usesInput) await io.stdin.waitForEnd();
    const outcome = await runTextTool(name, {
      args,
      stdin: usesInput ? io.stdin.readAll() : io.stdin.peek(),
      cwd: state.cwd,
      environment: state.environment(),
      files,
      world: { nowMs: () => Math.floor(sim.nowUs / 1000), random: () => sim.random('shell').u32() / 2 ** 32 },
    });
    io.stderr.write(outcome.stderr);
    try {
      io.stdout.write(name === 'ls' && io.stdout.width !== undefined ? inColumns(args, outcome.stdout, io.stdout.width) : outcome.stdout);
    } catch (error) {
      if (!(error instanceof BrokenPipe)) throw error;
    }
    return outcome.exitCode;
  }

  /** `./script.sh`: a file of text, read by the shell that its first line names. */
  async #runFile(path: string, args: readonly string[], process: Process, evaluator: Evaluator): Promise<number> {
    const { state, io } = process;
    const text = this.files(state.at).read(resolvePath(state.cwd, path));
    if (text === undefined)
      throw new ExpansionError(
        state.dialect === 'zsh' ? `no such file or directory: ${path}` : `${path}: No such file or directory`,
        NOT_FOUND,
      );
    const dialect = (/^#!\S*\/(?:env )?(bash|zsh|sh)\b/.exec(text)?.[1] ?? 'sh') as Dialect;
    const child = childShell(state, dialect);
    child.scriptName = path;
    child.fromText = false;
    child.positional = args;
    return evaluator.execution.budget.nested(() => evaluator.runScript(text, { state: child, io }));
  }
}

/** A process started from `parent`: it inherits the exported variables and the working directory, nothing else. */
export function childShell(parent: ShellState, dialect: Dialect, interactive = false): ShellState {
  const child = new ShellState(parent.at, dialect, interactive);
  for (const [name, value] of parent.environment()) child.assign(name, value, { exported: true });
  child.cwd = parent.cwd;
  return child;
}

/** `cat` of what is being typed gives each line back at once. */
async function passThrough(input: LiveInput, output: Output): Promise<number> {
  for (;;) {
    await input.waitFor((rest) => rest !== '');
    const text = input.readAll();
    if (text === '') return 0;
    output.write(text);
  }
}

const baseName = (program: string): string => PROGRAM_PATHS.exec(program)?.[1] ?? program;

function notFound(name: string, state: ShellState): string {
  if (state.dialect === 'zsh') return `${state.complaintPrefix}command not found: ${name}\n`;
  return `${state.complaintPrefix}${name}: ${state.dialect === 'bash' ? 'command ' : ''}not found\n`;
}
