import type { CommandDefinition } from '../../types.js';

/** iproute2's `ip`, a thin door to {@link Netstack.ip}. */
export const ipCommands: CommandDefinition[] = [
  {
    names: ['ip'],
    places: ['node', 'pod', 'client'],
    run({ world, at, args, stdoutIsTerminal = false, stdout, stderr }) {
      const result = world.net.ip(world.netnsOf(at), args, { terminal: stdoutIsTerminal });
      stdout(result.stdout);
      stderr(result.stderr);
      return result.exitCode;
    },
  },
];
