import { formatLabels, type KubeObject, type PrintTable, type ResourceInfo } from '@svclab/kube-api';
import { alignTabs } from './tab-writer.js';

export interface TableOptions {
  /** Columns that only `-o wide` shows. */
  readonly wide?: boolean;
  /** A NAMESPACE column in front (`-A`). */
  readonly withNamespace?: boolean;
  /** Names as `service/web`, when several types are shown. */
  readonly withKind?: ResourceInfo;
  readonly noHeaders?: boolean;
  readonly showLabels?: boolean;
  /** `-L`: one column for each of these labels. */
  readonly labelColumns?: readonly string[];
}

/** Cells set apart by at least three blanks, as `kubectl get` prints them; ends with a line end unless empty. */
export function formatTable(table: PrintTable, options: TableOptions = {}): string {
  const shown = table.columns.flatMap((column, index) => (column.priority === 0 || options.wide ? [index] : []));
  const rows = table.rows.map(({ cells, object }) => [
    ...(options.withNamespace ? [object.metadata.namespace ?? ''] : []),
    ...shown.map((index) => (index === 0 && options.withKind ? qualifiedName(options.withKind, String(cells[0])) : oneLine(cells[index]))),
    ...labelCells(object, options),
  ]);
  const headers = [
    ...(options.withNamespace ? ['NAMESPACE'] : []),
    ...shown.map((index) => table.columns[index]!.name.toUpperCase()),
    ...(options.labelColumns ?? []).map((label) => label.slice(label.lastIndexOf('/') + 1).toUpperCase()),
    ...(options.showLabels ? ['LABELS'] : []),
  ];
  return formatCells(options.noHeaders ? rows : [headers, ...rows]);
}

/** Rows of cells in columns of at least six, three blanks apart (cli-runtime `GetNewTabWriter`). */
export function formatCells(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return alignTabs(rows.map((cells) => cells.join('\t')).join('\n'), { minWidth: 6, padding: 3 }) + '\n';
}

/** `service/web`, `deployment.apps/web`: how `-o name` and every "created" line name an object. */
export const qualifiedName = (resource: ResourceInfo, name: string): string => `${qualifiedKindName(resource)}/${name}`;

/** `service`, `deployment.apps`. */
export const qualifiedKindName = (resource: ResourceInfo): string =>
  resource.kind.toLowerCase() + (resource.group === '' ? '' : `.${resource.group}`);

/** `app=web,tier=front`, or `<none>`. */
export const labelsOrNone = (labels: Readonly<Record<string, string>> | undefined): string => formatLabels(labels) || '<none>';

function labelCells(object: Readonly<KubeObject>, options: TableOptions): string[] {
  const { labels } = object.metadata;
  return [...(options.labelColumns ?? []).map((label) => labels?.[label] ?? ''), ...(options.showLabels ? [labelsOrNone(labels)] : [])];
}

/** A cell never spans lines: what follows the first line end is cut. */
function oneLine(cell: string | number | undefined): string {
  const text = String(cell ?? '');
  const end = text.search(/[\n\r\f]/);
  return end < 0 ? text : `${text.slice(0, end)}...`;
}
