import type { KubeObject } from '@svclab/kube-api';
import { failure, serverError } from './errors.js';
import type { Invocation } from './invocation.js';
import { withLastApplied } from './manifests/last-applied.js';
import { report } from './report.js';
import { dryRunOf, fieldValidationOf } from './standard-flags.js';

/** An object that a command makes up itself; the server adds the rest. */
export interface NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>>; readonly [member: string]: unknown };
  readonly [member: string]: unknown;
}

/**
 * Sends an object to the server, or with `--dry-run=client` only shows it, and says that it was `done`.
 * @param complaint In front of the server's error, for commands that report one of their own.
 */
export function createObject(call: Invocation, made: NewObject, complaint?: string, done = 'created'): number {
  const resource = call.api.resources.findKind(made.apiVersion, made.kind)!;
  const dryRun = dryRunOf(call.flags);
  const metadata = { ...made.metadata, ...(resource.namespaced && { namespace: call.namespace }) };
  const plain = { ...made, metadata } as unknown as KubeObject;
  const object = call.flags.bool('save-config') ? withLastApplied(plain) : plain;
  if (dryRun === 'client') {
    report(call, { resource, object: asTyped(call, object) }, done, dryRun);
    return 0;
  }
  const result = call.api.create(resource, object, object.metadata.namespace, {
    dryRun: dryRun === 'server',
    fieldValidation: fieldValidationOf(call.flags),
  });
  if (!result.ok) throw complaint ? failure(`${complaint}: ${result.error.message}`) : serverError(result.error);
  report(call, { resource, object: result.value }, done, dryRun);
  return 0;
}

const EMPTY_STATUS: Readonly<Record<string, object>> = { Deployment: {}, Job: {}, Namespace: {}, Pod: {}, Service: { loadBalancer: {} } };

/** As Go prints an object that no server has filled in: with the empty members that its types always have. The namespace shows only if asked for. */
function asTyped(call: Invocation, object: KubeObject): KubeObject {
  const metadata = { ...object.metadata, creationTimestamp: null, namespace: call.namespaceGiven ? object.metadata.namespace : undefined };
  const status = EMPTY_STATUS[object.kind];
  return { ...object, metadata, ...(object.kind === 'Namespace' && { spec: {} }), ...(status && { status }) } as unknown as KubeObject;
}
