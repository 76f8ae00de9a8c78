import type { KubeObject } from '@svclab/kube-api';
import { failure, serverError, usageError } from '../errors.js';
import { bool, pending } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import type { TypedObject } from '../printers/output.js';
import { resourceNamed, select, typedObjects } from '../resources.js';
import { report } from '../report.js';
import { DRY_RUN_FLAGS, dryRunOf, OUTPUT_FLAGS, SELECTOR_FLAGS, type DryRun } from '../standard-flags.js';

const cordonVerb = (name: 'cordon' | 'uncordon', unschedulable: boolean): Verb => ({
  name,
  summary: `Mark node as ${unschedulable ? 'unschedulable' : 'schedulable'}`,
  usage: 'NODE',
  flags: [...SELECTOR_FLAGS, ...DRY_RUN_FLAGS],
  run(call) {
    const names = call.args.map((arg) => arg.replace(/^nodes?\//, ''));
    if (names.length === 0 && !call.flags.has('selector')) throw usageError(call.path, `USAGE: ${name} NODE [flags]`);
    const dryRun = dryRunOf(call.flags);
    for (const node of nodesOf(call, names)) cordonNode(call, node, unschedulable, dryRun);
    return 0;
  },
});

/** Marks a node and says so; one that is marked already is only spoken of. */
export function cordonNode(call: Invocation, node: TypedObject, unschedulable: boolean, dryRun: DryRun): void {
  const done = unschedulable ? 'cordoned' : 'uncordoned';
  if (Boolean(node.object.spec?.['unschedulable']) === unschedulable) report(call, node, `already ${done}`, dryRun);
  else report(call, patchNode(call, node, { spec: { unschedulable: unschedulable || null } }), done, dryRun);
}

export const cordon = cordonVerb('cordon', true);
export const uncordon = cordonVerb('uncordon', false);

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect?: string;
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const taint: Verb = {
  name: 'taint',
  summary: 'Update the taints on one or more nodes',
  usage: 'NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N',
  flags: [
    bool('overwrite', 'If true, allow taints to be overwritten'),
    bool('all', 'Select all nodes in the cluster'),
    ...pending('string', 'field-manager'),
    ...SELECTOR_FLAGS,
    ...DRY_RUN_FLAGS,
    ...OUTPUT_FLAGS,
  ],
  run(call) {
    const [type, ...names] = call.args.filter((arg) => !isSpec(arg));
    const specs = call.args.filter(isSpec).map(parseTaint);
    if (type === undefined) throw failure('one or more resources must be specified as <resource> <name>');
    if (specs.length === 0) throw failure('at least one taint update is required');
    const [kind, inlineName] = type.split('/') as [string, string?];
    if (resourceNamed(call, kind).kind !== 'Node') throw failure(`invalid resource type ${type}, only node types are supported`);
    const all = call.flags.bool('all');
    const wanted = inlineName === undefined ? names : [inlineName, ...names];
    if (wanted.length === 0 && !all && !call.flags.has('selector')) {
      throw failure("at least one resource name must be specified since 'all' parameter is not set");
    }
    for (const node of nodesOf(call, wanted)) report(call, ...taintNode(call, node, specs), dryRunOf(call.flags));
    return 0;
  },
};

const isSpec = (arg: string): boolean => /[=:]/.test(arg) || arg.endsWith('-');

interface TaintSpec extends Taint {
  readonly remove: boolean;
}

function parseTaint(spec: string): TaintSpec {
  const remove = spec.endsWith('-');
  const match = /^([^=:]+)(?:=([^:]*))?(?::(.+))?$/.exec(remove ? spec.slice(0, -1) : spec);
  if (!match || (!remove && !match[3])) throw failure(`invalid taint spec: ${spec}`);
  const [, key, value, effect] = match;
  if (effect && !EFFECTS.includes(effect)) throw failure(`invalid taint effect: ${effect}, unsupported taint effect`);
  return { key: key!, ...(value && { value }), ...(effect && { effect }), remove };
}

const sameTaint = (a: Taint, b: Taint): boolean =>
  a.key === b.key && (a.effect === undefined || b.effect === undefined || a.effect === b.effect);

function taintNode(call: Invocation, node: TypedObject, specs: readonly TaintSpec[]): [TypedObject, string] {
  const current = (node.object.spec?.['taints'] ?? []) as Taint[];
  const added = specs.filter(({ remove }) => !remove).map(({ remove: _remove, ...wanted }) => wanted);
  const removed = specs.filter(({ remove }) => remove);
  const clashes = added.filter((wanted) => current.some((existing) => sameTaint(existing, wanted)));
  const { name } = node.object.metadata;
  if (clashes.length > 0 && !call.flags.bool('overwrite')) {
    const texts = clashes.map((clash) => `{${clash.key} ${clash.value ?? ''} ${clash.effect} <nil>}`);
    throw failure(`node ${name} already has [${texts.join(' ')}] taint(s) with same effect(s) and --overwrite is false`);
  }
  for (const spec of removed) {
    if (!current.some((existing) => sameTaint(existing, spec)))
      throw failure(`taint "${spec.key}${spec.effect ? `:${spec.effect}` : ''}" not found`);
  }
  const kept = current.filter((existing) => ![...added, ...removed].some((change) => sameTaint(existing, change)));
  const taints = [...added, ...kept];
  const done = added.length > 0 && removed.length > 0 ? 'modified' : added.length > 0 ? 'tainted' : 'untainted';
  return [patchNode(call, node, { spec: { taints: taints.length > 0 ? taints : null } }), done];
}

/** The named nodes, or those that `--selector` selects. */
export function nodesOf(call: Invocation, names: readonly string[]): TypedObject[] {
  const resource = resourceNamed(call, 'nodes');
  const requests = names.length > 0 ? names.map((name) => ({ resource, name })) : [{ resource }];
  const selection = select(call, requests, { labelSelector: call.flags.string('selector') });
  if (selection.errors[0]) throw selection.errors[0];
  return typedObjects(selection);
}

function patchNode(call: Invocation, node: TypedObject, patch: Pick<KubeObject, 'spec'>): TypedObject {
  const dryRun = dryRunOf(call.flags);
  if (dryRun === 'client') return node;
  const result = call.api.patch(node.resource, '', node.object.metadata.name, 'merge', patch, { dryRun: dryRun === 'server' });
  if (!result.ok) throw serverError(result.error);
  return { ...node, object: result.value };
}

export const top: Verb = {
  name: 'top',
  summary: 'Display resource (CPU/memory) usage',
  usage: '(node | pod)',
  run() {
    throw failure('Metrics API not available');
  },
};
