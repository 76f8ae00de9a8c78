import type { CommandDefinition } from '../../types.js';

export const nfacctCommands: CommandDefinition[] = [
  {
    names: ['nfacct'],
    places: ['node'],
    run({ world, at, args, stdout, stderr }) {
      const result = world.net.netfilter.nfacct(world.container(at)?.netns ?? at, args);
      stdout(result.stdout);
      stderr(result.stderr);
      return result.exitCode;
    },
  },
];
