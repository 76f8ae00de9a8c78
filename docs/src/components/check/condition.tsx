import { translate } from '@docusaurus/Translate';
import Translate from '@docusaurus/Translate';
import type { CheckReport, ConditionStatus } from '@svclab/labs';
import type { ReactNode } from 'react';
import { Prose } from '../chapter-text/prose.js';
import { CheckIcon } from './check-icon.js';
import styles from './styles.module.css';

export type ConditionReport = CheckReport['checks'][number]['conditions'][number];

/** One line of a check. Without a result it is only what is asked for. */
export function Condition({ text, result }: { readonly text: string; readonly result: ConditionReport | undefined }): ReactNode {
  const status = result?.status ?? 'waits';
  return (
    <li className={`${styles.condition} ${styles[status]}`}>
      <CheckIcon status={status} />
      <div>
        <p>
          {result && <span className="sr-only">{wordFor(status)}</span>} <Prose text={text} />
        </p>
        {result?.found && (
          <p className={styles.found}>
            <Prose text={result.found.text} />
          </p>
        )}
        {result?.status === 'waits' && (
          <p className={styles.found}>
            <Translate id="check.waits">Waits for the line above.</Translate>
          </p>
        )}
      </div>
    </li>
  );
}

function wordFor(status: ConditionStatus): string {
  switch (status) {
    case 'holds':
      return translate({ id: 'check.status.holds', message: 'Holds:' });
    case 'not-yet':
      return translate({ id: 'check.status.not-yet', message: 'Not yet:' });
    case 'waits':
      return translate({ id: 'check.status.waits', message: 'Waits:' });
  }
}
