import { kindRules } from './kinds/index.js';
import type { KubeObject, PrintTable, ResourceInfo } from './types.js';

/** What `kubectl get` prints of these objects at a moment of virtual time. */
export function printTable(resource: ResourceInfo, objects: readonly Readonly<KubeObject>[], nowUs: number): PrintTable {
  const { columns } = kindRules(resource.kind);
  return {
    columns: columns.map(({ name, wide }) => ({ name, priority: wide ? 1 : 0 })),
    rows: objects.map((object) => ({ cells: columns.map((column) => column.cell(object, nowUs)), object })),
  };
}

/** How much of an object a Table row carries (meta/v1 `IncludeObjectPolicy`). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** A table as the server sends it (meta/v1 `Table`). `metadata` is the list's. */
export function tableDocument(table: PrintTable, metadata: object, include: IncludeObject = 'Metadata'): object {
  const isNumber = (index: number): boolean => typeof table.rows[0]?.cells[index] === 'number';
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    // Simplification: columns carry no descriptions; kubectl shows them nowhere.
    columnDefinitions: table.columns.map(({ name, priority }, index) => ({
      name,
      type: isNumber(index) ? 'integer' : 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority,
    })),
    rows: table.rows.map(({ cells, object }) => ({ cells, ...rowObject(object, include) })),
  };
}

function rowObject(object: Readonly<KubeObject>, include: IncludeObject): object {
  switch (include) {
    case 'None':
      return {};
    case 'Object':
      return { object };
    case 'Metadata':
      return { object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } };
  }
}
