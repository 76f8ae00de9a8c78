import type { CommandDefinition } from '../../types.js';
import { parseDurationUs } from './sleep.js';

const TIMED_OUT = 124;

/** `timeout [-k …] [-s …] DURATION command`: 124 when the time was up. */
export const timeout: CommandDefinition = {
  names: ['timeout'],
  places: ['host', 'node', 'pod', 'client'],
  run: async (context) => {
    const args = [...context.args];
    while (args[0]?.startsWith('-')) if (/^-[ks]$/.test(args.shift()!)) args.shift();
    const [duration = '', ...command] = args;
    const us = parseDurationUs(duration);
    if (us === undefined || command.length === 0) {
      context.stderr(us === undefined && duration !== '' ? `timeout: invalid time interval '${duration}'\n` : 'timeout: missing operand\n');
      return 125;
    }
    const status = await context.within(us === 0 ? Infinity : us, () => context.run(command, {}));
    return status ?? TIMED_OUT;
  },
};
