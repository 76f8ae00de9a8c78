import type { PatchType } from '@svclab/kube-api';
import { failure, serverError } from '../errors.js';
import { pending, string } from '../flags.js';
import type { Invocation, Verb } from '../invocation.js';
import { readYaml, YamlError } from '../manifests/yaml-reader.js';
import { parseResourceArgs, select, typedObjects } from '../resources.js';
import { readText, report } from '../report.js';
import { DRY_RUN_FLAGS, dryRunOf, OUTPUT_FLAGS } from '../standard-flags.js';

export const patch: Verb = {
  name: 'patch',
  summary: 'Update fields of a resource',
  usage: '(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]',
  flags: [
    string('patch', 'The patch to be applied to the resource JSON file.', 'p'),
    string('patch-file', 'A file containing a patch to be applied to the resource.'),
    string('type', 'The type of patch being provided; one of [json merge strategic]'),
    ...pending('strings', 'filename'),
    ...pending('string', 'subresource'),
    ...pending('bool', 'local', 'record'),
    ...DRY_RUN_FLAGS,
    ...OUTPUT_FLAGS,
  ],
  run(call) {
    const type = patchTypeOf(call);
    const content = patchContent(call);
    const requests = parseResourceArgs(call, call.args);
    if (requests.some(({ name }) => name === undefined)) throw failure('resource(s) were provided, but no name was specified');
    if (requests.length === 0) throw failure('must specify one of -f and -k');
    const selection = select(call, requests);
    const dryRun = dryRunOf(call.flags);
    for (const { resource, object } of typedObjects(selection)) {
      const result = call.api.patch(resource, object.metadata.namespace ?? '', object.metadata.name, type, content, {
        dryRun: dryRun !== 'none',
      });
      if (!result.ok) throw serverError(result.error);
      const changed = dryRun !== 'none' || result.value.metadata.resourceVersion !== object.metadata.resourceVersion;
      report(call, { resource, object: result.value }, changed ? 'patched' : 'patched (no change)', dryRun);
    }
    if (selection.errors[0]) throw selection.errors[0];
    return 0;
  },
};

const TYPES: readonly PatchType[] = ['json', 'merge', 'strategic'];

function patchTypeOf(call: Invocation): PatchType {
  const value = (call.flags.string('type') ?? 'strategic').toLowerCase();
  const type = TYPES.find((candidate) => candidate === value);
  if (!type) throw failure(`--type must be one of [${TYPES.join(' ')}], not "${value}"`);
  return type;
}

/** JSON, or YAML that stands for it. */
function patchContent(call: Invocation): unknown {
  const file = call.flags.string('patch-file');
  const text = file === undefined ? (call.flags.string('patch') ?? '') : readText(call, file);
  if (text === '') throw failure('must specify --patch or --patch-file containing the contents of the patch');
  try {
    return readYaml(text);
  } catch (error) {
    if (error instanceof YamlError) throw failure(`unable to parse ${JSON.stringify(text)}: ${error.message}`);
    throw error;
  }
}
