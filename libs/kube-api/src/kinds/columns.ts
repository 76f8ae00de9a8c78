import { ageOf } from '../human-duration.js';
import { formatSelector, type LabelSelector } from '../selectors/labels.js';
import type { Column } from './kind.js';

export const nameColumn: Column = { name: 'Name', cell: (object) => object.metadata.name };

export const ageColumn: Column = { name: 'Age', cell: (object, nowUs) => ageOf(object.metadata.creationTimestamp, nowUs) };

/** What a pod template runs (printers/internalversion `layoutContainerCells`). */
export const templateContainers: readonly Column[] = [
  {
    name: 'Containers',
    wide: true,
    cell: (object) =>
      containersOf(object)
        .map((container) => container.name)
        .join(','),
  },
  {
    name: 'Images',
    wide: true,
    cell: (object) =>
      containersOf(object)
        .map((container) => container.image ?? '')
        .join(','),
  },
];

/** Columns of everything that has a pod template. */
export const templateColumns: readonly Column[] = [
  ...templateContainers,
  { name: 'Selector', wide: true, cell: (object) => formatSelector(object.spec?.['selector'] as LabelSelector | undefined) || '<none>' },
];

const containersOf = (object: { readonly spec?: Record<string, any> }): readonly { name: string; image?: string }[] =>
  object.spec?.['template']?.spec?.containers ?? [];

/** Not more than three, then how many there are besides. `empty` when there are none. */
export function firstThree(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty;
  const more = items.length > 3 ? ` + ${items.length - 3} more...` : '';
  return items.slice(0, 3).join(',') + more;
}
