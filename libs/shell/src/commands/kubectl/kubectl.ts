import type { CommandContext } from '../../types.js';
import { failure, KubectlError } from './errors.js';
import { parseFlags, type FlagSpec } from './flags.js';
import { commandHelp, overview } from './help.js';
import type { Invocation, Verb } from './invocation.js';
import { currentContext, kubeConfigOf } from './kubeconfig.js';
import { JsonPathError } from './printers/jsonpath/index.js';
import { GLOBAL_FLAGS } from './standard-flags.js';
import { PENDING_VERBS, VERBS } from './verbs/index.js';

/** The `kubectl` program: one call, from arguments to exit code. */
export async function kubectl(command: CommandContext): Promise<number> {
  try {
    return await dispatch(command);
  } catch (error) {
    if (error instanceof JsonPathError) return complain(command, failure(error.message));
    if (error instanceof KubectlError) return complain(command, error);
    throw error;
  }
}

function complain(command: CommandContext, error: KubectlError): number {
  command.stderr(error.text.endsWith('\n') ? error.text : error.text + '\n');
  return error.exitCode;
}

async function dispatch(command: CommandContext): Promise<number> {
  const leading = parseFlags(command.args, GLOBAL_FLAGS, 'kubectl', true);
  const [name, ...rest] = leading.args;
  if (name === undefined || name === 'help') return print(command, overview(VERBS));
  const flagArgs = command.args.slice(0, command.args.length - leading.args.length);
  const verb = VERBS.find((candidate) => candidate.name === name || candidate.aliases?.includes(name));
  if (!verb) throw PENDING_VERBS.includes(name) ? failure(`kubectl ${name} is not simulated yet`) : unknownCommand(name);
  return runVerb(command, verb, `kubectl ${verb.name}`, [...flagArgs, ...rest]);
}

async function runVerb(command: CommandContext, verb: Verb, path: string, argv: readonly string[]): Promise<number> {
  const at = subcommandAt(verb, argv);
  if (at >= 0) {
    const subcommand = verb.subcommands!.find((candidate) => isNamed(candidate, argv[at]!))!;
    return runVerb(command, subcommand, `${path} ${subcommand.name}`, [...argv.slice(0, at), ...argv.slice(at + 1)]);
  }
  const specs: readonly FlagSpec[] = [...(verb.flags ?? []), ...GLOBAL_FLAGS];
  const { flags, args, dashAt } = parseFlags(argv, specs, path);
  if (flags.bool('help')) return print(command, commandHelp(verb, path));
  if (!verb.run) {
    if (args[0] !== undefined) throw failure(`unknown command "${args[0]}" for "${path}"\nSee '${path} -h' for help and examples`);
    return print(command, commandHelp(verb, path));
  }
  const config = kubeConfigOf(command, flags.string('kubeconfig'));
  const context = currentContext(config, flags.string('context'));
  if (!verb.offline && !context) throw new KubectlError(NO_SERVER);
  const call: Invocation = {
    command,
    api: command.world.api,
    config,
    path,
    flags,
    args,
    dashAt,
    namespace: flags.string('namespace') || context?.context.namespace || 'default',
    namespaceGiven: flags.has('namespace'),
    out: (text) => command.stdout(text),
    err: (text) => command.stderr(text),
  };
  return verb.run(call);
}

// Simplification: before this line the real kubectl prints five log lines of memcache.go about the same refused connection.
const NO_SERVER = 'The connection to the server localhost:8080 was refused - did you specify the right host or port?';

const isNamed = (verb: Verb, name: string): boolean => verb.name === name || (verb.aliases?.includes(name) ?? false);

const takesValue = (word: string): boolean => {
  const spec = GLOBAL_FLAGS.find(({ name, shorthand }) => word === `--${name}` || (shorthand !== undefined && word === `-${shorthand}`));
  return spec !== undefined && spec.type !== 'bool';
};

/** Where a subcommand's name stands among the arguments: the first word that is none of a flag's. */
function subcommandAt(verb: Verb, argv: readonly string[]): number {
  if (!verb.subcommands) return -1;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--') return -1;
    if (takesValue(word)) at++;
    else if (!word.startsWith('-')) return verb.subcommands.some((candidate) => isNamed(candidate, word)) ? at : -1;
  }
  return -1;
}

function print(command: CommandContext, text: string): number {
  command.stdout(text);
  return 0;
}

function unknownCommand(name: string): KubectlError {
  const similar = VERBS.map((verb) => verb.name).filter((known) => editDistance(known, name) <= 2 || known.startsWith(name.toLowerCase()));
  const hint =
    similar.length > 0
      ? `\n\nDid you mean this?\n${similar
          .toSorted()
          .map((known) => `\t${known}\n`)
          .join('')}`
      : '';
  return failure(`unknown command "${name}" for "kubectl"${hint}`);
}

/** Levenshtein distance, by which cobra finds what was meant. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
