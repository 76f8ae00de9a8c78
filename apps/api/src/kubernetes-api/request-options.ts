import { type ListOptions, qualifiedResource, type ResourceInfo } from '@svclab/kube-api';
import type { RequestInfo } from './request-info.js';
import { StatusError, statusOf } from './status-error.js';

/** A request's query; of a parameter that is given twice the first counts. */
export type Query = Readonly<Record<string, string | undefined>>;

/** How the sandbox is told which resource is meant. */
export const qualified = (resource: ResourceInfo): string => qualifiedResource(resource);

/** Which objects a list or watch is about. A path that names one object selects it as `fieldSelector` would. */
export function selectionOf({ namespace, name }: RequestInfo, { labelSelector, fieldSelector }: Query): ListOptions {
  const fields = name === undefined ? fieldSelector : [`metadata.name=${name}`, fieldSelector].filter(Boolean).join(',');
  return { ...(namespace && { namespace }), ...(labelSelector && { labelSelector }), ...(fields && { fieldSelector: fields }) };
}

export const isTrue = (text: string | undefined): boolean => text === 'true' || text === '1';

/** Whether nothing shall be kept. The only value there is says that of every stage. */
export function isDryRun(values: readonly unknown[]): boolean {
  const unknown = values.find((value) => value !== undefined && value !== 'All');
  if (unknown === undefined) return values.includes('All');
  const message = `dryRun: Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`;
  throw new StatusError({ ...statusOf(422, message), reason: 'Invalid' });
}

const FIELD_VALIDATIONS = ['Strict', 'Warn', 'Ignore'] as const;

/** What becomes of fields that the server does not know; `Warn` where the client does not say. */
export function fieldValidationOf({ fieldValidation = 'Warn' }: Query): (typeof FIELD_VALIDATIONS)[number] {
  const known = FIELD_VALIDATIONS.find((value) => value === fieldValidation);
  if (known) return known;
  const message = `fieldValidation: Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`;
  throw new StatusError({ ...statusOf(422, message), reason: 'Invalid' });
}

/** Who writes: what the client calls itself, else the name of its program (endpoints/handlers/create.go `managerOrUserAgent`). */
export function fieldManagerOf({ fieldManager }: Query, userAgent: string | undefined): string {
  const name = fieldManager || (userAgent ?? '').split('/')[0]! || 'unknown';
  if (fieldManager && fieldManager.length > MAX_FIELD_MANAGER) {
    const message = `fieldManager: Invalid value: ${JSON.stringify(fieldManager)}: may not be more than ${MAX_FIELD_MANAGER} bytes`;
    throw new StatusError({ ...statusOf(422, message), reason: 'Invalid' });
  }
  return name.slice(0, MAX_FIELD_MANAGER);
}

const MAX_FIELD_MANAGER = 128;
