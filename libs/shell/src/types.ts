import type { World } from '@svclab/cluster';

/** Where a command runs: the lab host, a node, a pod (`pod/<namespace>/<name>`), an outside client container. */
export type Location = 'host' | `node/${string}` | `pod/${string}/${string}` | `client/${string}`;

/** What one command of the lab shell gets. Output is written as it comes. */
export interface CommandContext {
  readonly world: World;
  readonly at: Location;
  /** Arguments without the command's name. */
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** Everything on standard input; a terminal is an empty string with `stdinIsTerminal`. */
  readonly stdin: string;
  readonly stdinIsTerminal: boolean;
  /** Whether a terminal was asked for (`exec -t`): `ip -c` colours and curl hides its progress meter there. */
  readonly stdoutIsTerminal?: boolean;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Lets virtual time pass; in a paced execution this is where real time passes too. Rejects with {@link Interrupted} on a signal. */
  sleep(us: number): Promise<void>;
  /**
   * Called once per turn by a command that would never end by itself (`ping` without a
   * count, `watch`, `-w`). Rejects with {@link Interrupted} when the execution's patience is over.
   */
  endless(): void;
  /** Counts work against the execution's limits; throws {@link LimitExceeded}. */
  count(what: 'packet' | 'command' | 'turn'): void;
  /**
   * Runs a script, or a program with its arguments, elsewhere (kubectl exec, docker exec, sh -c): same output, its own
   * variables. With `at` it gets that place's environment and an empty input, without `at` it inherits both. Resolves
   * to the exit code; 127 when there is no such program.
   */
  run(script: string | readonly string[], options: RunOptions): Promise<number>;
  /** Waits until all of standard input has come: somebody may still be typing it. Then {@link stdin} has it. */
  inputEnds(): Promise<void>;
  /** A shell with a prompt, where standard input is a terminal at which somebody types; `undefined` elsewhere. Resolves to its exit code. */
  interact(shell: 'bash' | 'zsh' | 'sh'): Promise<number> | undefined;
  /** Width of the terminal at which somebody types. */
  readonly columns?: number;
  /** Its lines. */
  readonly rows?: number;
  /** Runs `body`, at most for so much virtual time; `undefined` when the time was up. */
  within<T>(us: number, body: () => Promise<T>): Promise<T | undefined>;
  /** Whether a program of this name can be started there (default: here); builtins of the shell do not count. */
  installed(program: string, at?: Location): boolean;
  /** Files of this location; paths are absolute. */
  readonly files: FileAccess;
}

export interface RunOptions {
  readonly at?: Location;
  /** Default: `sh` elsewhere, the calling shell here. */
  readonly shell?: 'bash' | 'zsh' | 'sh';
  readonly stdin?: string;
  /** With `at`: standard input is the caller's own, also where it is a terminal at which somebody types (`exec -i`). */
  readonly inheritStdin?: boolean;
  /** A terminal was asked for (`exec -t`): `ls` prints columns there. */
  readonly terminal?: boolean;
  /** Is given both outputs, in place of the caller's. */
  readonly capture?: (text: string) => void;
  /** Added to the environment. */
  readonly env?: ReadonlyMap<string, string>;
  /** `$0` of a script, and `$1` … */
  readonly name?: string;
  readonly args?: readonly string[];
}

export interface FileAccess {
  read(path: string): string | undefined;
  write(path: string, content: string): void;
  exists(path: string): boolean;
  remove(path: string): boolean;
  /** Names in it, in code-unit order; `undefined` when there is no such directory. */
  list(directory: string): readonly string[] | undefined;
  /** Makes it and what it lies in. */
  makeDirectory?(path: string): void;
}

/** Returns the exit code. */
export type Command = (context: CommandContext) => Promise<number> | number;

/** A folder under `commands/` gives one of these; `places` says where the program is installed. */
export interface CommandDefinition {
  readonly names: readonly string[];
  readonly places: readonly ('host' | 'node' | 'pod' | 'client')[];
  /** Whether it reads all of standard input, so that it is started when that has come. Default: where `-` is an argument. */
  readonly readsInput?: (args: readonly string[]) => boolean;
  readonly run: Command;
}

/** Thrown through a command when Ctrl-C or the end of an endless command's patience stops it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor(readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL') {
    super(signal);
  }
}

/** A counted limit was passed. The message names it and its value. */
export class LimitExceeded extends Error {
  override readonly name = 'LimitExceeded';
  constructor(
    message: string,
    readonly limit?: keyof ShellLimits,
  ) {
    super(message);
  }
}

/** What an execution wrote, in the order it was written. */
export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/**
 * A running command line. `advance` runs it until it ends or, when paced, until it
 * sleeps; between two calls it touches nothing.
 */
export interface Execution {
  /** Runs on; resolves when the command ended (`exitCode` set), sleeps until `wakeUs` of virtual time, or waits for input. */
  advance(): Promise<{
    readonly output: readonly OutputChunk[];
    readonly exitCode?: number;
    readonly wakeUs?: number;
    readonly awaitsInput?: true;
  }>;
  /** Delivered at the next `advance`. */
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
  /** More of standard input, for the next `advance` of an execution that was started with `openStdin`; `ends`: the last of it. */
  feed(text: string, ends: boolean): void;
}

export interface StartOptions {
  readonly at?: Location;
  readonly stdin?: string;
  /** Standard input comes while the command runs ({@link Execution.feed}); only in `paced` mode. */
  readonly openStdin?: boolean;
  /** Named sessions keep variables, functions and the working directory between commands. */
  readonly session?: string;
  /** `exec`: sleeps cost nothing, endless commands end after 10 virtual seconds. `paced`: returns at each sleep. */
  readonly mode: 'exec' | 'paced';
  readonly limits?: Partial<ShellLimits>;
}

/** Counted, so that a slow machine cannot change a result. */
export interface ShellLimits {
  readonly commands: number;
  readonly loopTurns: number;
  readonly packets: number;
  readonly outputBytes: number;
  readonly callDepth: number;
  readonly endlessUs: number;
}
