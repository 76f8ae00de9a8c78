import { describeObject } from '../describe/index.js';
import { combined, usageError } from '../errors.js';
import { bool, int, pending } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import type { TypedObject } from '../printers/output.js';
import { listObjects, parseResourceArgs, select, typedObjects, type ResourceRequest } from '../resources.js';
import { SELECTOR_FLAGS } from '../standard-flags.js';

export const describe: Verb = {
  name: 'describe',
  summary: 'Show details of a specific resource or group of resources',
  usage: '(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)',
  flags: [
    bool('all-namespaces', 'If present, list the requested object(s) across all namespaces', 'A'),
    bool('show-events', 'If true, display events related to the described object.'),
    int('chunk-size', 'Return large lists in chunks rather than all at once'),
    ...pending('strings', 'filename'),
    ...SELECTOR_FLAGS,
  ],
  run(call) {
    if (call.args.length === 0) {
      call.err(
        `You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.\n\n`,
      );
      throw usageError(call.path, 'Required resource not specified.');
    }
    const requests = parseResourceArgs(call, call.args);
    const allNamespaces = call.flags.bool('all-namespaces');
    const selection = select(call, requests, { allNamespaces, labelSelector: call.flags.string('selector') });
    const found = typedObjects(selection);
    if (found.length === 0 && selection.errors.length > 0 && call.args.length === 2) {
      const matching = prefixMatches(call, requests[0]!);
      if (matching.length === 0) throw selection.errors[0]!;
      call.out(matching.map((item) => `${text(call, item)}\n`).join(''));
      return 0;
    }
    call.out(found.map((item) => text(call, item)).join('\n\n'));
    if (found.length === 0 && selection.errors.length === 0) {
      call.err(allNamespaces ? 'No resources found\n' : `No resources found in ${call.namespace} namespace.\n`);
    }
    const error = combined(selection.errors);
    if (error) throw error;
    return 0;
  },
};

const text = (call: Invocation, { resource, object }: TypedObject): string =>
  describeObject(resource, object, {
    api: call.api,
    nowUs: call.command.world.sim.nowUs,
    showEvents: call.flags.bool('show-events', true),
  });

/** `describe pod web` describes every pod whose name begins so, when none is called just that. */
const prefixMatches = (call: Invocation, { resource, name }: ResourceRequest): TypedObject[] =>
  listObjects(call, resource, { namespace: call.namespace })
    .filter(({ metadata }) => metadata.name.startsWith(name!))
    .map((object) => ({ resource, object }));
