import { readManifestObjects } from '@svclab/shell';
import type { EntryInput } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { problemOf } from './objects.js';
import { done, refuse, settle, type Outcome } from './outcome.js';

/** Applies each document as `kubectl apply` would. All or nothing: the first bad document refuses the whole. */
export function runManifests(sandbox: Sandbox, input: Extract<EntryInput, { kind: 'manifests' }>): Outcome {
  const { api } = sandbox.world;
  const parsed = readManifestObjects(input.text);
  if (!parsed.ok)
    return refuse({ status: 400, title: 'Malformed manifest', detail: parsed.error, errors: [{ pointer: '', detail: parsed.error }] });
  const results = [];
  for (const [index, document] of parsed.value.entries()) {
    const applied = api.applyDocument(document, input.namespace ?? 'default');
    if (!applied.ok) {
      const problem = problemOf(applied.error);
      return refuse({ ...problem, detail: `document ${index + 1}: ${problem.detail}` });
    }
    const { resource, object, outcome } = applied.value;
    results.push({
      apiVersion: object.apiVersion,
      kind: object.kind,
      namespace: object.metadata.namespace ?? null,
      name: object.metadata.name,
      resource: resource.plural,
      result: outcome,
    });
  }
  settle(sandbox);
  return done({ objects: results });
}
