import type { ReactNode } from 'react';
import styles from './run-block.module.css';

/** A longer word has to be broken somewhere on a phone. */
const MAX_WHOLE = 30;

/** Text that is broken between words only: at the hyphen of `--connect-timeout` a browser would make two options of one. */
export function Words({ text }: { readonly text: string }): ReactNode {
  return text.split(/(\s+)/).map((word, index) =>
    word.includes('-') && word.length <= MAX_WHOLE ? (
      <span key={index} className={styles.word}>
        {word}
      </span>
    ) : (
      word
    ),
  );
}
