import type { ToolResult } from '@svclab/netfilter';
import type { CommandContext, CommandDefinition } from '../../types.js';

/** A program of the node's network namespace that prints what netfilter answers. */
const onNode = (name: string, run: (context: CommandContext, netns: string) => ToolResult): CommandDefinition => ({
  names: [name],
  places: ['node'],
  run(context) {
    const result = run(context, context.world.container(context.at)?.netns ?? context.at);
    context.stdout(result.stdout);
    context.stderr(result.stderr);
    return result.exitCode;
  },
});

/** `iptables-restore` reads the file it is given, or standard input. */
function restore({ world, args, stdin, files }: CommandContext, netns: string): ToolResult {
  const file = args.at(-1);
  const text = file === undefined || file.startsWith('-') ? undefined : files.read(file);
  return text === undefined
    ? world.net.netfilter.iptablesRestore(netns, args, stdin)
    : world.net.netfilter.iptablesRestore(netns, args.slice(0, -1), text);
}

export const iptablesCommands: CommandDefinition[] = [
  onNode('iptables', ({ world, args }, netns) => world.net.netfilter.iptables(netns, args)),
  onNode('iptables-save', ({ world, args }, netns) => world.net.netfilter.iptablesSave(netns, args)),
  { ...onNode('iptables-restore', restore), readsInput: () => true },
];
