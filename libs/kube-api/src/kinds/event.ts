import { ageOf } from '../human-duration.js';
import type { KubeObject } from '../types.js';
import type { Column, KindRules } from './kind.js';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const involved =
  (field: string): ((event: Readonly<KubeObject>) => unknown) =>
  (event) =>
    event['involvedObject']?.[field];

const columns: readonly Column[] = [
  { name: 'Last Seen', cell: (event, nowUs) => lastSeen(event, nowUs) },
  { name: 'Type', cell: (event) => text(event['type']) },
  { name: 'Reason', cell: (event) => text(event['reason']) },
  { name: 'Object', cell: (event) => objectCell(event) },
  { name: 'Subobject', wide: true, cell: (event) => text(event['involvedObject']?.fieldPath) },
  { name: 'Source', wide: true, cell: (event) => sourceCell(event) },
  { name: 'Message', cell: (event) => text(event['message']).trim() },
  { name: 'First Seen', wide: true, cell: (event, nowUs) => ageOf(text(event['firstTimestamp'] ?? event['eventTime']), nowUs) },
  {
    name: 'Count',
    wide: true,
    cell: (event) => (event['series']?.count as number | undefined) ?? (event['count'] as number | undefined) ?? 1,
  },
  { name: 'Name', wide: true, cell: (event) => event.metadata.name },
];

/** Columns as pkg/printers/internalversion `printEvent` fills them. */
export const eventRules: KindRules = {
  selectableFields: {
    'involvedObject.kind': involved('kind'),
    'involvedObject.namespace': involved('namespace'),
    'involvedObject.name': involved('name'),
    'involvedObject.uid': involved('uid'),
    'involvedObject.apiVersion': involved('apiVersion'),
    'involvedObject.resourceVersion': involved('resourceVersion'),
    'involvedObject.fieldPath': involved('fieldPath'),
    reason: (event) => event['reason'],
    reportingComponent: (event) => event['reportingComponent'] || event['source']?.component,
    source: (event) => event['source']?.component || event['reportingComponent'],
    type: (event) => event['type'],
  },
  columns,
};

function lastSeen(event: Readonly<KubeObject>, nowUs: number): string {
  const first = text(event['firstTimestamp']) || text(event['eventTime']);
  return ageOf(text(event['series']?.lastObservedTime) || text(event['lastTimestamp']) || first, nowUs);
}

function objectCell(event: Readonly<KubeObject>): string {
  const { kind, name } = (event['involvedObject'] ?? {}) as { kind?: string; name?: string };
  return `${text(kind).toLowerCase()}/${text(name)}`;
}

function sourceCell(event: Readonly<KubeObject>): string {
  const component = text(event['source']?.component) || text(event['reportingComponent']);
  const host = text(event['source']?.host) || text(event['reportingInstance']);
  return host ? `${component}, ${host}` : component;
}
