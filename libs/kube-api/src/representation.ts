import { printTable, tableDocument, type IncludeObject } from './print-table.js';
import { apiVersionOf } from './registry.js';
import type { KubeObject, ResourceInfo } from './types.js';

/** In which form objects are sent: themselves, as rows to be printed, or their metadata alone (apiserver endpoints/handlers/response.go). */
export type Representation =
  { readonly as: 'Object' } | { readonly as: 'Table'; readonly includeObject?: IncludeObject } | { readonly as: 'PartialObjectMetadata' };

/** metadata of a list (meta/v1 ListMeta). */
export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** One object, as a GET, a write or a watch sends it. */
export function objectDocument(resource: ResourceInfo, object: Readonly<KubeObject>, form: Representation, nowUs: number): object {
  switch (form.as) {
    case 'Table': {
      const { resourceVersion } = object.metadata;
      return tableDocument(printTable(resource, [object], nowUs), { resourceVersion }, form.includeObject);
    }
    case 'PartialObjectMetadata':
      return partialMetadata(object);
    case 'Object':
      return object;
  }
}

/** A list of objects, as a GET sends it. */
export function listDocument(
  resource: ResourceInfo,
  items: readonly Readonly<KubeObject>[],
  metadata: ListMeta,
  form: Representation,
  nowUs: number,
): object {
  switch (form.as) {
    case 'Table':
      return tableDocument(printTable(resource, items, nowUs), metadata, form.includeObject);
    case 'PartialObjectMetadata':
      return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(partialMetadata) };
    case 'Object':
      return { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items: items.map(withoutType) };
  }
}

/** Elements of a typed list do not say what they are. */
const withoutType = ({ apiVersion: _apiVersion, kind: _kind, ...object }: Readonly<KubeObject>): object => object;

const partialMetadata = ({ metadata }: Readonly<KubeObject>): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});
