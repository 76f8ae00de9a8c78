import { isRunning, type DockerContainer } from '@svclab/cluster';
import type { CommandContext, Location, RunOptions } from '../../types.js';
import { bool, pending, string, strings } from '../kubectl/flags.js';
import { daemonError, type Subcommand } from './cli.js';

// Simplification: Docker Desktop's hint "What's next:" after an interactive exec is left out.
export const exec: Subcommand = {
  path: 'exec',
  usage: '[OPTIONS] CONTAINER COMMAND [ARG...]',
  minArgs: 2,
  stopAtArgument: true,
  flags: [
    bool('interactive', 'Keep STDIN open even if not attached', 'i'),
    bool('tty', 'Allocate a pseudo-TTY', 't'),
    bool('privileged', 'Give extended privileges to the command'),
    strings('env', 'Set environment variables', 'e'),
    string('user', 'Username or UID', 'u'),
    ...pending('bool', 'detach'),
    ...pending('string', 'workdir', 'detach-keys', 'env-file'),
  ],
  run({ context, flags, args }) {
    const [reference, ...command] = args as [string, ...string[]];
    const container = runningContainer(context, reference);
    return runInside(context, container, command, {
      env: new Map([...(flags.bool('tty') ? terminalVariables(context) : []), ...environment(flags.all('env'))]),
      terminal: flags.bool('tty'),
      inheritStdin: flags.bool('interactive'),
    });
  },
};

export function existingContainer(context: CommandContext, reference: string): DockerContainer {
  const container = context.world.docker.find(reference);
  if (!container) throw daemonError(`No such container: ${reference}`);
  return container;
}

function runningContainer(context: CommandContext, reference: string): DockerContainer {
  const container = existingContainer(context, reference);
  if (!isRunning(container)) throw daemonError(`container ${container.id} is not running`);
  return container;
}

/** Runs a program in a container; one that is not there is refused in the words of runc. */
export async function runInside(
  context: CommandContext,
  container: DockerContainer,
  command: readonly string[],
  options: Pick<RunOptions, 'inheritStdin' | 'env' | 'terminal'> = {},
): Promise<number> {
  const at = container.netns as Location;
  if (!context.installed(command[0]!, at)) {
    context.stderr(
      `OCI runtime exec failed: exec failed: unable to start container process: exec: "${command[0]}": executable file not found in $PATH: unknown\n`,
    );
    return 127;
  }
  return context.run(command, { at, ...options });
}

/** Columns of the terminal in which the lab document's captures were made. */
const CAPTURED_COLUMNS = '155';

/** What a program there learns of the terminal. */
// Simplification: with `-t` a program reads the width of the terminal from COLUMNS; Docker sets it on the terminal itself.
const terminalVariables = ({ env, columns }: CommandContext): [string, string][] => [
  ['TERM', 'xterm'],
  ['COLUMNS', columns === undefined ? (env.get('COLUMNS') ?? CAPTURED_COLUMNS) : String(columns)],
];

/** `-e NAME=value`. */
export function environment(settings: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    settings
      .filter((setting) => setting.includes('='))
      .map((setting): [string, string] => {
        const equals = setting.indexOf('=');
        return [setting.slice(0, equals), setting.slice(equals + 1)];
      }),
  );
}
