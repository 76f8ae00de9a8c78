import { translate } from '@docusaurus/Translate';
import type { ReactNode } from 'react';
import { Distribution } from '../packet-path/index.js';
import { useSandbox } from '../sandbox-provider/index.js';
import { Card } from './card.js';
import styles from './rail.module.css';
import { countsOf, type Deed } from './time-line.js';

/** Lines of an output that fit beside a page. */
const LINES = 6;

/** What the last command gave that still holds: who answered how often, where it counted, else the beginning of what it wrote. */
export function LastResult({ deeds }: { readonly deeds: readonly Deed[] }): ReactNode {
  const { sandbox, state } = useSandbox();
  const last = deeds.find(({ kind, seq }) => kind === 'command' && !sandbox.isStale({ sandboxId: state.id!, log: state.log, seq }));
  if (!last) return null;
  const counts = countsOf(last.stdout);
  const lines = last.stdout.trimEnd().split('\n');
  return (
    <Card title={translate({ id: 'rail.result', message: 'Last result' })} action={<Exit code={last.exitCode} />}>
      {counts ? (
        <Distribution counts={counts} />
      ) : last.stdout.trim() === '' ? (
        <p className={styles.empty}>{translate({ id: 'rail.result.nothing', message: 'It wrote nothing.' })}</p>
      ) : (
        <pre className={styles.output} tabIndex={0} aria-label={translate({ id: 'rail.result', message: 'Last result' })}>
          {lines.slice(0, LINES).join('\n')}
          {lines.length > LINES && '\n…'}
        </pre>
      )}
    </Card>
  );
}

function Exit({ code }: { readonly code: number | null | undefined }): ReactNode {
  if (code === undefined || code === null) return null;
  return (
    <span className={code === 0 ? styles.ok : styles.failed}>
      <span aria-hidden="true">{code === 0 ? '✓' : '✕'}</span> {translate({ id: 'run.exit', message: 'exit {code}' }, { code })}
    </span>
  );
}
