import { combined, failure, KubectlError, serverError } from '../errors.js';
import { bool, pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { readManifests, type Manifest } from '../manifests/manifests.js';
import { placed } from '../manifests/placement.js';
import type { TypedObject } from '../printers/output.js';
import { outputOf, report } from '../report.js';
import { DRY_RUN_FLAGS, dryRunOf, fieldValidationOf, FILE_FLAGS, OUTPUT_FLAGS, SELECTOR_FLAGS, VALIDATE_FLAGS } from '../standard-flags.js';

export const apply: Verb = {
  name: 'apply',
  summary: 'Apply a configuration to a resource by file name or stdin',
  usage: '(-f FILENAME | -k DIRECTORY)',
  flags: [
    bool('overwrite', 'Automatically resolve conflicts between the modified and live configuration'),
    bool('wait', 'If true, wait for resources to be gone before returning.'),
    string('field-manager', 'Name of the manager used to track field ownership.'),
    ...pending('bool', 'server-side', 'force-conflicts', 'prune', 'all', 'force', 'openapi-patch'),
    ...pending('string', 'grace-period', 'timeout', 'cascade', 'prune-allowlist', 'applyset'),
    ...SELECTOR_FLAGS,
    ...FILE_FLAGS,
    ...DRY_RUN_FLAGS,
    ...OUTPUT_FLAGS,
    ...VALIDATE_FLAGS,
  ],
  run(call) {
    const { flags } = call;
    const [argument] = call.args;
    if (argument !== undefined) throw failure(`Unexpected args: [${call.args.join(' ')}]\nSee 'kubectl apply -h' for help and examples`);
    const files = flags.strings('filename');
    if (files.length === 0) throw failure('must specify one of -f and -k');
    const reading = readManifests(call.command, call.api.resources, files, {
      recursive: flags.bool('recursive'),
      validate: fieldValidationOf(flags) === 'Strict',
    });
    if (reading.manifests.length === 0 && reading.errors.length === 0) throw failure('no objects passed to apply');
    const errors = [...reading.errors];
    const applied: TypedObject[] = [];
    for (const manifest of reading.manifests) {
      try {
        applied.push(applyManifest(call, placed(call, manifest)));
      } catch (error) {
        if (!(error instanceof KubectlError)) throw error;
        errors.push(error);
      }
    }
    const output = outputOf(call);
    if (output && applied.length > 0) call.out(output(applied, applied.length > 1));
    const error = combined(errors);
    if (error) throw error;
    return 0;
  },
};

/** Client-side apply of one object; its line is printed unless `-o` wants the objects themselves. */
function applyManifest(call: Invocation, { resource, object, source }: Manifest): TypedObject {
  const { generateName, name, namespace } = object.metadata ?? {};
  if (!name && generateName) throw failure(`from ${generateName}: cannot use generate name with apply`);
  const dryRun = dryRunOf(call.flags);
  const current = name ? call.api.get(resource, namespace, name) : undefined;
  const result = call.api.apply(resource, object, namespace, {
    dryRun: dryRun !== 'none',
    fieldValidation: fieldValidationOf(call.flags),
  });
  if (!result.ok) throw serverError(result.error, current ? `patching "${source}"` : `creating "${source}"`);
  const { outcome, warnings, object: live } = result.value;
  for (const warning of warnings) call.err(`Warning: ${warning}\n`);
  if (live.metadata.deletionTimestamp)
    call.err(`Warning: Detected changes to resource ${live.metadata.name} which is currently being deleted.\n`);
  const target = { resource, object: live };
  if (!call.flags.string('output')) report(call, target, outcome, dryRun);
  return target;
}
