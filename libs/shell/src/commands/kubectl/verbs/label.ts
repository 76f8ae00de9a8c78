import type { KubeObject } from '@svclab/kube-api';
import { failure, KubectlError, serverError } from '../errors.js';
import { bool, pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { parseResourceArgs, select, typedObjects } from '../resources.js';
import { report } from '../report.js';
import { DRY_RUN_FLAGS, dryRunOf, OUTPUT_FLAGS, SELECTOR_FLAGS } from '../standard-flags.js';

/** What sets `label` and `annotate` apart. */
interface Kind {
  readonly verb: 'label' | 'annotate';
  readonly noun: 'label' | 'annotation';
  readonly member: 'labels' | 'annotations';
  readonly done: { readonly changed: string; readonly removed: string; readonly none: string };
}

const LABEL: Kind = {
  verb: 'label',
  noun: 'label',
  member: 'labels',
  done: { changed: 'labeled', removed: 'unlabeled', none: 'not labeled' },
};

const ANNOTATION: Kind = {
  verb: 'annotate',
  noun: 'annotation',
  member: 'annotations',
  done: { changed: 'annotated', removed: 'annotated', none: 'annotated' },
};

interface Change {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

const verbOf = (kind: Kind): Verb => ({
  name: kind.verb,
  summary: kind.verb === 'label' ? 'Update the labels on a resource' : 'Update the annotations on a resource',
  usage: '[--overwrite] (TYPE NAME | TYPE/NAME) KEY_1=VAL_1 ... KEY_N=VAL_N',
  flags: [
    bool('overwrite', `If true, allow ${kind.noun}s to be overwritten`),
    bool('all', 'Select all resources, in the namespace of the specified resource types'),
    bool('list', `If true, display the ${kind.noun}s for a given resource`),
    bool('all-namespaces', 'If true, check the specified action in all namespaces', 'A'),
    string('field-selector', 'Selector (field query) to filter on'),
    ...pending('strings', 'filename'),
    ...pending('string', 'resource-version'),
    ...pending('bool', 'local'),
    ...SELECTOR_FLAGS,
    ...DRY_RUN_FLAGS,
    ...OUTPUT_FLAGS,
  ],
  run: (call) => update(call, kind),
});

export const label = verbOf(LABEL);
export const annotate = verbOf(ANNOTATION);

/** `key=value` sets, `key-` removes; everything before is a target. */
const isSpec = (arg: string): boolean => arg.includes('=') || arg.endsWith('-');

function update(call: Invocation, kind: Kind): number {
  const firstSpec = call.args.findIndex(isSpec);
  const targets = firstSpec < 0 ? call.args : call.args.slice(0, firstSpec);
  const change = parseChange(firstSpec < 0 ? [] : call.args.slice(firstSpec), kind);
  const { flags } = call;
  if (targets.length === 0) throw failure('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  if (!flags.bool('list') && Object.keys(change.set).length + change.remove.length === 0)
    throw failure(`at least one ${kind.noun} update is required`);
  const requests = parseResourceArgs(call, targets);
  const selective = flags.bool('all') || flags.has('selector') || flags.has('field-selector');
  if (!selective && requests.some(({ name }) => name === undefined)) throw failure('resource(s) were provided, but no name was specified');
  const selection = select(call, requests, {
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    allNamespaces: flags.bool('all-namespaces'),
  });
  for (const { resource, object } of typedObjects(selection)) {
    if (flags.bool('list')) {
      const pairs = Object.entries(object.metadata[kind.member] ?? {}).toSorted();
      call.out(pairs.map(([key, value]) => `${key}=${value}\n`).join(''));
      continue;
    }
    const { patch, done } = patchFor(call, object, change, kind);
    if (patch === undefined) {
      report(call, { resource, object }, done);
      continue;
    }
    const dryRun = dryRunOf(flags);
    const target = object.metadata;
    const result = call.api.patch(resource, target.namespace ?? '', target.name, 'merge', patch, { dryRun: dryRun !== 'none' });
    if (!result.ok) throw serverError(result.error);
    report(call, { resource, object: result.value }, done, dryRun);
  }
  if (selection.errors[0]) throw selection.errors[0];
  return 0;
}

function parseChange(specs: readonly string[], kind: Kind): Change {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const spec of specs) {
    const equals = spec.indexOf('=');
    if (equals > 0) {
      const value = spec.slice(equals + 1);
      if (kind.verb === 'label' && value.includes('=')) throw failure(`invalid label spec: ${spec}`);
      set[spec.slice(0, equals)] = value;
    } else if (equals < 0 && spec.endsWith('-')) remove.push(spec.slice(0, -1));
    else throw failure(kind.verb === 'label' ? `unknown label spec: ${spec}` : `invalid annotation format: ${spec}`);
  }
  if (remove.some((key) => Object.hasOwn(set, key)))
    throw failure(`can not both modify and remove ${kind.verb === 'label' ? 'a label' : 'an annotation'} in the same command`);
  return { set, remove };
}

function patchFor(call: Invocation, object: Readonly<KubeObject>, change: Change, kind: Kind): { patch?: object; done: string } {
  const current = object.metadata[kind.member] ?? {};
  const added = Object.entries(change.set).filter(([key, value]) => current[key] !== value);
  const clashes = Object.keys(change.set).filter((key) => Object.hasOwn(current, key) && current[key] !== change.set[key]);
  if (clashes.length > 0 && !call.flags.bool('overwrite')) throw new KubectlError(`error: ${overwriteProblem(clashes, current, kind)}`);
  const removed = change.remove.filter((key) => Object.hasOwn(current, key));
  if (kind.verb === 'label') for (const key of change.remove) if (!removed.includes(key)) call.out(`label "${key}" not found.\n`);
  if (added.length + removed.length === 0) return { done: kind.done.none };
  const members = Object.fromEntries([...added, ...removed.map((key) => [key, null] as const)]);
  return {
    patch: { metadata: { [kind.member]: members } },
    done: added.length > 0 || call.flags.bool('overwrite') ? kind.done.changed : kind.done.removed,
  };
}

function overwriteProblem(keys: readonly string[], current: Readonly<Record<string, string>>, kind: Kind): string {
  if (kind.verb === 'annotate') {
    return `--overwrite is false but found the following declared annotation(s): ${keys.map((key) => `'${key}' already has a value (${current[key]})`).join('; ')}`;
  }
  const problems = keys.map((key) => `'${key}' already has a value (${current[key]}), and --overwrite is false`);
  return problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]!;
}
