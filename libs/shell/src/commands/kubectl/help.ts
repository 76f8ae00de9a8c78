import type { Verb } from './invocation.js';

/** What `kubectl` alone prints: the commands there are. */
export function overview(verbs: readonly Verb[]): string {
  const width = Math.max(...verbs.map((verb) => verb.name.length));
  const lines = verbs.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((verb) => `  ${verb.name.padEnd(width)}   ${verb.summary}\n`);
  return (
    'kubectl controls the Kubernetes cluster manager.\n\n' +
    ' Find more information at: https://kubernetes.io/docs/reference/kubectl/\n\n' +
    `Commands:\n${lines.join('')}\n` +
    'Usage:\n  kubectl [flags] [options]\n\n' +
    'Use "kubectl <command> --help" for more information about a given command.\n'
  );
}

// Simplification: help lists the flags and subcommands that are simulated; the long texts and examples of the real kubectl are not here.
export function commandHelp(verb: Verb, path: string): string {
  const flags = (verb.flags ?? []).filter((flag) => !flag.pending);
  const options = flags.map((flag) => `    ${flag.shorthand ? `-${flag.shorthand}, ` : ''}--${flag.name}:\n\t${flag.usage ?? ''}\n`);
  const subcommands = (verb.subcommands ?? []).map((subcommand) => `  ${subcommand.name.padEnd(16)} ${subcommand.summary}\n`);
  return (
    `${verb.summary}.\n\n` +
    (options.length > 0 ? `Options:\n${options.join('\n')}\n` : '') +
    (subcommands.length > 0 ? `Available Commands:\n${subcommands.join('')}\n` : '') +
    `Usage:\n  ${path}${verb.usage ? ` ${verb.usage}` : ''} [options]\n`
  );
}
