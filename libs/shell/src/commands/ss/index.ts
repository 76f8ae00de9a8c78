import type { CommandDefinition } from '../../types.js';

/** iproute2's `ss`. `COLUMNS`, when set, is the width of the terminal that `docker exec -t` gave it. */
export const ssCommands: CommandDefinition[] = [
  {
    names: ['ss'],
    places: ['node', 'pod', 'client'],
    run({ world, at, args, env, stdout, stderr }) {
      const width = Number(env.get('COLUMNS'));
      const result = world.net.ss(world.netnsOf(at), args, width > 0 ? { width } : {});
      stdout(result.stdout);
      stderr(result.stderr);
      return result.exitCode;
    },
  },
];
