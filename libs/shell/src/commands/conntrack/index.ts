import type { CommandDefinition } from '../../types.js';

export const conntrackCommands: CommandDefinition[] = [
  {
    names: ['conntrack'],
    places: ['node'],
    run({ world, at, args, stdout, stderr }) {
      const result = world.net.netfilter.conntrack(world.container(at)?.netns ?? at, args);
      stdout(result.stdout);
      stderr(result.stderr);
      return result.exitCode;
    },
  },
];
