import type { CommandDefinition } from '../../types.js';

export const ipvsadmCommands: CommandDefinition[] = [
  {
    names: ['ipvsadm'],
    places: ['node'],
    run({ world, at, args, stdin, stdout, stderr }) {
      const result = world.net.netfilter.ipvsadm(world.container(at)?.netns ?? at, args, stdin);
      stdout(result.stdout);
      stderr(result.stderr);
      return result.exitCode;
    },
  },
];
