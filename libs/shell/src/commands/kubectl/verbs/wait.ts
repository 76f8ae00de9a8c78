import type { KubeObject } from '@svclab/kube-api';
import { durationUs } from '../durations.js';
import { failure, usageError } from '../errors.js';
import { bool, pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { evaluateJsonPath, parseJsonPath } from '../printers/jsonpath/index.js';
import { goValue } from '../printers/go-format.js';
import { relaxed } from '../printers/custom-columns.js';
import type { TypedObject } from '../printers/output.js';
import { parseResourceArgs, select, typedObjects } from '../resources.js';
import { report } from '../report.js';
import { OUTPUT_FLAGS, SELECTOR_FLAGS } from '../standard-flags.js';

const POLL_US = 100_000;
const DEFAULT_TIMEOUT_US = 30_000_000;

/** Whether an object, or its absence, is what is waited for. */
type Condition = (object: Readonly<KubeObject> | undefined) => boolean;

export const wait: Verb = {
  name: 'wait',
  summary: 'Wait for a specific condition on one or many resources',
  usage:
    "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
  flags: [
    string('for', 'The condition to wait on'),
    string('timeout', 'The length of time to wait before giving up.'),
    bool('all', 'Select all resources in the namespace of the specified resource types'),
    bool('all-namespaces', 'If present, list the requested object(s) across all namespaces', 'A'),
    string('field-selector', 'Selector (field query) to filter on'),
    ...pending('bool', 'local'),
    ...pending('strings', 'filename'),
    ...SELECTOR_FLAGS,
    ...OUTPUT_FLAGS,
  ],
  async run(call) {
    const { flags } = call;
    const wanted = flags.string('for');
    if (!wanted) throw failure('a condition must be specified with --for');
    const forDeletion = wanted.toLowerCase() === 'delete';
    const condition = parseCondition(wanted);
    const timeoutUs = flags.has('timeout') ? durationUs(flags.string('timeout')!) : DEFAULT_TIMEOUT_US;
    const requests = parseResourceArgs(call, call.args);
    if (requests.length === 0) throw usageError(call.path, 'arguments in resource/name form must be specified');
    const selection = select(call, requests, {
      labelSelector: flags.string('selector'),
      fieldSelector: flags.string('field-selector'),
      allNamespaces: flags.bool('all-namespaces'),
      ignoreNotFound: forDeletion,
    });
    if (selection.errors[0]) throw selection.errors[0];
    const objects = typedObjects(selection);
    if (objects.length === 0 && !forDeletion) throw failure('no matching resources found');
    const deadlineUs = call.command.world.sim.nowUs + timeoutUs;
    for (const target of objects) {
      await untilMet(call, target, condition, deadlineUs);
      report(call, target, 'condition met');
    }
    return 0;
  },
};

async function untilMet(call: Invocation, { resource, object }: TypedObject, condition: Condition, deadlineUs: number): Promise<void> {
  const { sim } = call.command.world;
  const { namespace = '', name, uid } = object.metadata;
  for (;;) {
    sim.drainWork();
    const current = call.api.get(resource, namespace, name);
    if (condition(current?.metadata.uid === uid ? current : undefined)) return;
    if (sim.nowUs >= deadlineUs) throw failure(`timed out waiting for the condition on ${resource.plural}/${name}`);
    call.command.count('turn');
    await call.command.sleep(Math.min(POLL_US, deadlineUs - sim.nowUs));
  }
}

function parseCondition(text: string): Condition {
  const lower = text.toLowerCase();
  if (lower === 'delete') return (object) => object === undefined;
  if (lower === 'create') return (object) => object !== undefined;
  if (lower.startsWith('condition=')) return statusCondition(text.slice('condition='.length));
  if (lower.startsWith('jsonpath=')) return jsonPathCondition(text.slice('jsonpath='.length));
  throw failure(`unrecognized condition: ${JSON.stringify(text)}`);
}

/** `Ready`, `Ready=False`: types are compared without regard to case. */
function statusCondition(text: string): Condition {
  const [type = '', status = 'true'] = text.split('=');
  return (object) =>
    ((object?.status?.['conditions'] ?? []) as { type: string; status: string }[]).some(
      (condition) => condition.type.toLowerCase() === type.toLowerCase() && condition.status.toLowerCase() === status.toLowerCase(),
    );
}

/** `{.status.phase}=Running`, or `{.status.podIP}` for any value. */
function jsonPathCondition(text: string): Condition {
  const match = /^(\{[^}]*\}|[^=]+)(?:=(.*))?$/s.exec(text);
  if (!match)
    throw failure("jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'");
  const nodes = parseJsonPath(relaxed(match[1]!));
  const wanted = match[2]?.replace(/^(['"])(.*)\1$/, '$2');
  return (object) => {
    const [value] = object ? evaluateJsonPath(nodes, object).flat() : [];
    return value !== undefined && (wanted === undefined || goValue(value) === wanted);
  };
}
