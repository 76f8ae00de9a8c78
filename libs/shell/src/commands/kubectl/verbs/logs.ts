import { usageError } from '../errors.js';
import { pending, string } from '../flags.js';
import type { Verb } from '../invocation.js';
import { containerOf, podFor } from '../pods.js';

// Simplification: the simulated programs write no log, so a container's log is empty.
export const logs: Verb = {
  name: 'logs',
  summary: 'Print the logs for a container in a pod',
  usage: '[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]',
  flags: [
    string('container', 'Print the logs of this container', 'c'),
    string('tail', 'Lines of recent log file to display'),
    ...pending('bool', 'follow', 'previous', 'timestamps', 'all-containers', 'prefix'),
    ...pending('string', 'selector', 'since', 'since-time', 'limit-bytes'),
  ],
  run(call) {
    const target = call.args[0];
    if (target === undefined)
      throw usageError(
        call.path,
        "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
      );
    containerOf(call, podFor(call, target));
    return 0;
  },
};
