import Translate from '@docusaurus/Translate';
import type { ReactNode } from 'react';
import styles from './styles.module.css';

/** What the reader can do after the chapter: one sentence. */
export function Goal({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <div className={styles.goal}>
      <strong>
        <Translate id="goal.label">Goal.</Translate>
      </strong>{' '}
      {children}
    </div>
  );
}
