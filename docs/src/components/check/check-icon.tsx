import type { ReactNode } from 'react';
import type { ConditionStatus } from '@svclab/labs';
import styles from './styles.module.css';

/** One shape per state, so that colour is never alone: a tick, a filled ring, a dashed ring. */
export function CheckIcon({ status }: { readonly status: ConditionStatus }): ReactNode {
  return (
    <svg className={`${styles.icon} ${styles[status]}`} viewBox="0 0 16 16" width="18" height="18" aria-hidden="true" data-status={status}>
      {SHAPES[status]}
    </svg>
  );
}

const SHAPES: Readonly<Record<ConditionStatus, ReactNode>> = {
  holds: <path d="M2.5 8.5l3.5 3.5 7.5-8" />,
  'not-yet': (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <circle cx="8" cy="8" r="2" className={styles.dot} />
    </>
  ),
  waits: <circle cx="8" cy="8" r="5.5" strokeDasharray="2.6 2.6" />,
};
