import type { CommandContext } from '../../types.js';
import { KubectlError } from '../kubectl/errors.js';
import { parseFlags, type Flags, type FlagSpec } from '../kubectl/flags.js';

/** Ends the command: `text` goes to standard error as it stands, with a line end added. */
export class DockerError extends Error {
  override readonly name = 'DockerError';
  constructor(
    readonly text: string,
    readonly exitCode = 1,
  ) {
    super(text);
  }
}

/** What the engine answers, in the words of the client. */
export const daemonError = (message: string, exitCode = 1): DockerError =>
  new DockerError(`Error response from daemon: ${message}`, exitCode);

/** One subcommand of `docker`, by its words: `network inspect`. */
export interface Subcommand {
  readonly path: string;
  readonly flags: readonly FlagSpec[];
  /** Flags end at the first argument, as where a command to run follows. */
  readonly stopAtArgument?: boolean;
  /** Fewest arguments; fewer are the client's own error. */
  readonly minArgs: number;
  readonly maxArgs?: number;
  readonly usage: string;
  run(call: Call): Promise<number> | number;
}

/** One call of a subcommand, parsed. */
export interface Call {
  readonly context: CommandContext;
  readonly flags: Flags;
  readonly args: readonly string[];
}

/** The flags are pflag's, as kubectl's are; the words around a mistake are Docker's. Source: docker/cli `cli/cobra.go`. */
export function parseCall(context: CommandContext, subcommand: Subcommand, argv: readonly string[]): Call {
  const path = `docker ${subcommand.path}`;
  try {
    const { flags, args } = parseFlags(argv, subcommand.flags, path, subcommand.stopAtArgument);
    checkArgumentCount(subcommand, path, args.length);
    return { context, flags, args };
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    const [message] = error.text.replace(/^error: /, '').split('\n');
    throw new DockerError(`${message}\nSee '${path} --help'.`, 125);
  }
}

const argumentCount = (number: number): string => `${number} argument${number === 1 ? '' : 's'}`;

/** Source: docker/cli `cli/required.go`. */
function checkArgumentCount({ minArgs, maxArgs, usage }: Subcommand, path: string, count: number): void {
  if (count >= minArgs && (maxArgs === undefined || count <= maxArgs)) return;
  const wanted =
    maxArgs === minArgs
      ? minArgs === 0
        ? 'accepts no arguments'
        : `requires exactly ${argumentCount(minArgs)}`
      : `requires at least ${argumentCount(minArgs)}`;
  throw new DockerError(`"${path}" ${wanted}.\nSee '${path} --help'.\n\nUsage:  ${path} ${usage}`);
}
