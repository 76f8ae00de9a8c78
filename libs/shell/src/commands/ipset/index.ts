import type { CommandDefinition } from '../../types.js';

export const ipsetCommands: CommandDefinition[] = [
  {
    names: ['ipset'],
    places: ['node'],
    run({ world, at, args, stdin, stdout, stderr }) {
      const result = world.net.netfilter.ipset(world.container(at)?.netns ?? at, args, stdin);
      stdout(result.stdout);
      stderr(result.stderr);
      return result.exitCode;
    },
  },
];
