import type { ConntrackEventStream } from '@svclab/netfilter';
import { Interrupted, type CommandContext, type CommandDefinition } from '../../types.js';

/** How often `conntrack -E` looks for what has happened. */
const LOOK_EVERY_US = 250_000;

/** Events come until somebody interrupts; then the program counts what it has shown. */
async function showEvents(context: CommandContext, stream: ConntrackEventStream): Promise<never> {
  context.stdout(stream.head);
  try {
    for (;;) {
      context.endless();
      await context.sleep(LOOK_EVERY_US);
      context.stdout(stream.read());
    }
  } catch (error) {
    if (error instanceof Interrupted) {
      context.stdout(stream.read() + stream.tail);
      context.stderr(stream.summary);
    }
    throw error;
  }
}

export const conntrackCommands: CommandDefinition[] = [
  {
    names: ['conntrack'],
    places: ['node'],
    async run(context) {
      const { world, at, args, stdout, stderr } = context;
      const netns = world.container(at)?.netns ?? at;
      const events = world.net.netfilter.conntrackEvents(netns, args);
      if (events) return showEvents(context, events);
      const result = world.net.netfilter.conntrack(netns, args);
      stdout(result.stdout);
      stderr(result.stderr);
      return result.exitCode;
    },
  },
];
