/** What came of one kubectl. */
export interface Report {
  /** `1.31.9` */
  readonly version: string;
  readonly areas: readonly { readonly name: string; readonly passed: number; readonly failed: number; readonly left: number }[];
  /** Claims that did not hold. */
  readonly faults: readonly string[];
}

/** The page in the docs; never edited by hand. */
export function compatibilityPage(reports: readonly Report[]): string {
  const names = reports[0]!.areas.map(({ name }) => name);
  const cell = ({ passed, failed, left }: Report['areas'][number]): string =>
    `${passed} of ${passed + failed}${left > 0 ? ` (${left} it cannot do)` : ''}`;
  const rows = reports.map(({ version, areas }) => `| ${version} | ${areas.map(cell).join(' | ')} |`);
  const faults = reports.filter((report) => report.faults.length > 0);
  return [
    '# Which kubectl works',
    '',
    'Written by `npm run test:kubectl -- --page PATH…`, which runs each kubectl, unmodified, against a cluster of its own. The checks',
    'are in `libs/testkit/src/kubectl/checks`.',
    '',
    `| kubectl | ${names.join(' | ')} |`,
    `| --- | ${names.map(() => '---').join(' | ')} |`,
    ...rows,
    '',
    ...(faults.length > 0 ? ['What does not hold:', ''] : []),
    ...faults.map(({ version, faults: claims }) => `- ${version}: ${claims.join('; ')}`),
    '',
  ].join('\n');
}
