import type { CommandContext, CommandDefinition } from '../../types.js';
import { DockerError, parseCall, type Subcommand } from './cli.js';
import { exec } from './exec.js';
import { inspect, networkInspect } from './inspect.js';
import { images, networkLs, notSimulated, version } from './listings.js';
import { ps } from './ps.js';
import { kill, rm, run, stop } from './run.js';

const SUBCOMMANDS: readonly Subcommand[] = [exec, images, inspect, kill, networkInspect, networkLs, ps, rm, run, stop, version];

/** Words that only introduce another one; those of `container` and `image` are the same commands by their older names. */
const GROUPS: { readonly [group: string]: { readonly [verb: string]: string } } = {
  network: { ls: 'network ls', list: 'network ls', inspect: 'network inspect' },
  container: { ls: 'ps', ps: 'ps', exec: 'exec', inspect: 'inspect', run: 'run', stop: 'stop', kill: 'kill', rm: 'rm' },
  image: { ls: 'images' },
};

/** Commands that the real client has too. */
const PENDING = new Set(
  'attach build commit compose context cp create debug diff events export history import info load login logout logs network node pause port pull push rename restart rmi save search stack start stats swarm system tag top unpause update volume wait'.split(
    ' ',
  ),
);

async function docker(context: CommandContext): Promise<number> {
  try {
    const [subcommand, argv] = findSubcommand(context.args);
    return await subcommand.run(parseCall(context, subcommand, argv));
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    context.stderr(`${error.text}\n`);
    return error.exitCode;
  }
}

function findSubcommand(args: readonly string[]): [Subcommand, readonly string[]] {
  const [first, second] = args;
  if (first === undefined)
    throw new DockerError(`Usage:  docker [OPTIONS] COMMAND\n\nCommands: ${SUBCOMMANDS.map(({ path }) => path).join(', ')}`, 0);
  const group = GROUPS[first];
  const path = group ? group[second ?? ''] : first;
  const subcommand = SUBCOMMANDS.find((candidate) => candidate.path === path);
  if (subcommand) return [subcommand, args.slice(group ? 2 : 1)];
  if (group) throw second === undefined ? new DockerError(`Usage:  docker ${first} COMMAND`) : notSimulated(`${first} ${second}`);
  if (first.startsWith('-')) throw new DockerError(`unknown flag: ${first}\nSee 'docker --help'.`, 125);
  if (PENDING.has(first)) throw notSimulated(first);
  throw new DockerError(`docker: '${first}' is not a docker command.\nSee 'docker --help'`);
}

export const dockerCommands: CommandDefinition[] = [{ names: ['docker'], places: ['host'], run: docker }];
