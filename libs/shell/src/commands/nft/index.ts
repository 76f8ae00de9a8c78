import type { CommandDefinition } from '../../types.js';

export const nftCommands: CommandDefinition[] = [
  {
    names: ['nft'],
    places: ['node'],
    run({ world, at, args, stdin, files, stdout, stderr }) {
      const netns = world.container(at)?.netns ?? at;
      const result = world.net.netfilter.nft(netns, args, (path) => (path === '-' || path === '/dev/stdin' ? stdin : files.read(path)));
      stdout(result.stdout);
      stderr(result.stderr);
      return result.exitCode;
    },
  },
];
