import Translate from '@docusaurus/Translate';
import type { ReactNode } from 'react';
import { Prose } from '../chapter-text/prose.js';
import styles from './styles.module.css';

/** A nudge that the reader asked for. */
export function Hint({ number, text }: { readonly number: number; readonly text: string }): ReactNode {
  return (
    <div className={styles.hint}>
      <strong>
        <Translate id="hint.title" values={{ number }}>
          {'Hint {number}'}
        </Translate>
      </strong>
      <p>
        <Prose text={text} />
      </p>
    </div>
  );
}
