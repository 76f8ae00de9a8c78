import { combined, failure, usageError } from '../errors.js';
import { bool, int, pending, string, strings } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { readManifests } from '../manifests/manifests.js';
import { formatTable, type TableOptions } from '../printers/table.js';
import { sortObjects } from '../printers/sort.js';
import { parseResourceArgs, select, typedObjects, type ResourceRequest, type Selection } from '../resources.js';
import { outputOf } from '../report.js';
import { watchObjects } from './get-watch.js';
import { FILE_FLAGS, OUTPUT_FLAGS, SELECTOR_FLAGS } from '../standard-flags.js';

export const get: Verb = {
  name: 'get',
  summary: 'Display one or many resources',
  usage: '(TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...)',
  flags: [
    bool('all-namespaces', 'If present, list the requested object(s) across all namespaces', 'A'),
    string('field-selector', 'Selector (field query) to filter on'),
    bool('ignore-not-found', 'If the requested object does not exist the command will return exit code 0'),
    strings('label-columns', 'Labels that are going to be presented as columns', 'L'),
    bool('no-headers', "When using the default or custom-column output format, don't print headers"),
    bool('show-labels', 'When printing, show all labels as the last column'),
    bool('show-kind', 'If present, list the resource type for the requested object(s)'),
    string('sort-by', 'If non-empty, sort list types using this field specification'),
    int('chunk-size', 'Return large lists in chunks rather than all at once'),
    bool('server-print', 'If true, have the server return the appropriate table output'),
    bool('watch', 'After listing/getting the requested object, watch for changes.', 'w'),
    ...pending('bool', 'watch-only', 'output-watch-events'),
    ...pending('string', 'raw', 'subresource'),
    ...SELECTOR_FLAGS,
    ...FILE_FLAGS,
    ...OUTPUT_FLAGS,
  ],
  run(call) {
    const requests = requestsOf(call);
    const output = outputOf(call, { also: ['wide'], noHeaders: call.flags.bool('no-headers') });
    const choose = (): Selection =>
      select(call, requests, {
        allNamespaces: call.flags.bool('all-namespaces'),
        labelSelector: call.flags.string('selector'),
        fieldSelector: call.flags.string('field-selector'),
        ignoreNotFound: call.flags.bool('ignore-not-found'),
      });
    const selection = choose();
    if (call.flags.bool('watch')) return watch(call, selection, choose, output !== undefined);
    if (output) {
      const single = requests.length === 1 && requests[0]!.name !== undefined;
      const found = typedObjects(sorted(call, selection));
      if (single && selection.errors.length > 0) throw selection.errors[0]!;
      if (found.length > 0 || !call.flags.bool('ignore-not-found')) call.out(output(found, !single));
    } else printTables(call, sorted(call, selection));
    const error = combined(selection.errors);
    if (error) throw error;
    return 0;
  },
};

function requestsOf(call: Invocation): ResourceRequest[] {
  const files = call.flags.strings('filename');
  if (files.length > 0) {
    const reading = readManifests(call.command, call.api.resources, files, { recursive: call.flags.bool('recursive') });
    if (reading.errors[0]) throw reading.errors[0];
    return reading.manifests.map(({ resource, object }) => ({ resource, name: object.metadata.name }));
  }
  if (call.args.length === 0) {
    call.err(`You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n`);
    throw usageError(
      call.path,
      'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
    );
  }
  return parseResourceArgs(call, call.args);
}

function sorted(call: Invocation, selection: Selection): Selection {
  const path = call.flags.string('sort-by');
  if (!path) return selection;
  return { ...selection, answers: selection.answers.map((answer) => ({ ...answer, objects: sortObjects(answer.objects, path) })) };
}

/** Shows a table, and then the rows of it that change, until Ctrl-C. */
async function watch(call: Invocation, selection: Selection, choose: () => Selection, hasOutput: boolean): Promise<number> {
  const [first, ...others] = new Set(selection.answers.map(({ request }) => request.resource));
  if (hasOutput) throw failure('watch with an output format is not simulated yet: leave out -o, or take -o wide');
  if (!first || others.length > 0) throw failure('you may only specify a single resource type');
  const options = tableOptions(call, first);
  const objectsOf = ({ answers }: Selection): Selection['answers'][number]['objects'] => answers.flatMap(({ objects }) => objects);
  const shown = objectsOf(selection);
  const error = combined(selection.errors);
  if (error) throw error;
  const text = (objects: typeof shown): string => formatTable(call.api.table(first, objects, call.command.world.sim.nowUs), options);
  let headed = shown.length > 0;
  if (headed) call.out(text(shown));
  return watchObjects({
    read: () => objectsOf(choose()),
    // Formatted below what was shown first, so that its columns stand where those stand.
    show: (object) => {
      const lines = text([...shown, object])
        .split('\n')
        .slice(0, -1);
      call.out(`${headed || options.noHeaders ? '' : `${lines[0]}\n`}${lines.at(-1)}\n`);
      headed = true;
    },
    sleep: call.command.sleep,
    endless: call.command.endless,
  });
}

function tableOptions({ flags }: Invocation, resource: ResourceRequest['resource']): TableOptions {
  return {
    wide: flags.string('output') === 'wide',
    withNamespace: flags.bool('all-namespaces') && resource.namespaced,
    withKind: flags.bool('show-kind') ? resource : undefined,
    noHeaders: flags.bool('no-headers'),
    showLabels: flags.bool('show-labels'),
    labelColumns: flags.strings('label-columns'),
  };
}

/** One table for each run of objects of one type, an empty line between them. */
function printTables(call: Invocation, selection: Selection): void {
  const { flags } = call;
  const allNamespaces = flags.bool('all-namespaces');
  const types = new Set(selection.answers.map(({ request }) => request.resource));
  const tables: string[] = [];
  for (const { resource, objects } of groupByType(selection)) {
    if (objects.length === 0) continue;
    tables.push(
      formatTable(call.api.table(resource, objects, call.command.world.sim.nowUs), {
        ...tableOptions(call, resource),
        ...(types.size > 1 && { withKind: resource }),
      }),
    );
  }
  if (tables.length > 0) call.out(tables.join(flags.bool('no-headers') ? '' : '\n'));
  else if (selection.errors.length === 0 && !flags.bool('ignore-not-found')) {
    const namespaced = !allNamespaces && selection.answers.every(({ request }) => request.resource.namespaced);
    call.err(namespaced ? `No resources found in ${call.namespace} namespace.\n` : 'No resources found\n');
  }
}

function groupByType(selection: Selection): { resource: ResourceRequest['resource']; objects: Selection['answers'][number]['objects'] }[] {
  const groups: ReturnType<typeof groupByType> = [];
  for (const { request, objects } of selection.answers) {
    const last = groups.at(-1);
    if (last?.resource === request.resource) last.objects = [...last.objects, ...objects];
    else groups.push({ resource: request.resource, objects });
  }
  return groups;
}
