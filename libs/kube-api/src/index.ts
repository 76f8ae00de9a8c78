export type * from './types.js';
export type { ClusterConfig } from './config.js';
export { ageOf, humanDuration } from './human-duration.js';
export { formatMicroTime, formatTime, generatedName, nameSuffix, parseTime } from './identity.js';
export { sameJson, sortedJson } from './json.js';
export { isHeadless, needsClusterIP, specOf as serviceSpecOf, type ServicePort, type ServiceSpec } from './kinds/service/fields.js';
export { apiVersionOf, noKindMatch, noResourceType, qualifiedKind, qualifiedResource, ResourceRegistry } from './registry.js';
export { LAST_APPLIED } from './patch/apply.js';
export { listDocument, objectDocument, type ListMeta, type Representation } from './representation.js';
export type { IncludeObject } from './print-table.js';
export { scaleOf, withReplicas } from './scale.js';
export { hasStatus } from './kinds/index.js';
export { kindType, type SchemaType, type StructType } from './schema/schema.js';
export { parseFieldSelector, type FieldMatcher } from './selectors/fields.js';
export {
  formatLabels,
  formatSelector,
  matchesLabels,
  matchesSelector,
  parseLabelSelector,
  type LabelMatcher,
  type LabelSelector,
} from './selectors/labels.js';
export { objectMatcher } from './selectors/object-matcher.js';
export type { ServerSideApplied } from './server-side-apply.js';
export { SortedObjects } from './sorted-objects.js';
export { ApiServer, type NamespaceRef, type ResourceRef } from './server.js';
export {
  alreadyExists,
  badRequest,
  conflict,
  forbiddenRequest,
  internalError,
  invalid,
  methodNotAllowed,
  noSuchResource,
  notFound,
  unsupportedMediaType,
} from './status.js';
