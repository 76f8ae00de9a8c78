import { dns1123Label } from '../names.js';
import { ageColumn, nameColumn } from './columns.js';
import type { KindRules } from './kind.js';

/** Label that every namespace carries, so that network policies can select it (`SetDefaults_Namespace`). */
const NAME_LABEL = 'kubernetes.io/metadata.name';

export const namespaceRules: KindRules = {
  applyDefaults: ({ metadata }) => {
    if (metadata.name) metadata.labels = { ...metadata.labels, [NAME_LABEL]: metadata.labels?.[NAME_LABEL] ?? metadata.name };
  },
  prepareForCreate: (namespace) => {
    namespace.status = { phase: 'Active' };
    const finalizers = (namespace.spec?.['finalizers'] ?? []) as string[];
    namespace.spec = { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
  },
  prepareForUpdate: (namespace, previous) => {
    // Simplification: finalizers of a namespace go by an ordinary update once it is being deleted; upstream has the subresource `finalize` for it.
    if (!previous.metadata.deletionTimestamp && previous.spec) namespace.spec = previous.spec;
  },
  nameCheck: dns1123Label,
  status: 'reset',
  selectableFields: { 'status.phase': (namespace) => namespace.status?.['phase'] },
  columns: [nameColumn, { name: 'Status', cell: (namespace) => (namespace.status?.['phase'] as string | undefined) ?? '' }, ageColumn],
};
