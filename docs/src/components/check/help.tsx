import Translate, { translate } from '@docusaurus/Translate';
import type { ReactNode } from 'react';
import type { ChapterText } from '../chapter-text/use-chapter.js';
import { mustFind } from '../chapter-text/use-chapter.js';
import { Hint } from '../hint/index.js';
import { Solution } from '../solution/index.js';
import { changeProgress, useCheckProgress } from '../progress/progress-store.js';
import styles from './styles.module.css';

const HINTS = [1, 2];

/** Hints one after the other, then the solution: each is shown because the reader asked for it, and stays. */
export function Help({ chapter: { chapter, say }, checkId }: { readonly chapter: ChapterText; readonly checkId: string }): ReactNode {
  const { tries, hintsShown, solutionShown } = useCheckProgress(chapter.id, checkId);
  const { solution } = mustFind(chapter.checks, checkId);
  const change = (fields: { hintsShown?: number; solutionShown?: boolean }): void => changeProgress(chapter.id, checkId, () => fields);
  return (
    <>
      <div className={styles.help} aria-live="polite">
        {HINTS.slice(0, hintsShown).map((number) => (
          <Hint key={number} number={number} text={say(`${checkId}.hint-${number}`)} />
        ))}
        {solutionShown && <Solution id={`${chapter.id}/${checkId}`} commands={solution} />}
      </div>
      <footer className={styles.foot}>
        {hintsShown < HINTS.length && (
          <button type="button" onClick={() => change({ hintsShown: hintsShown + 1 })}>
            {translate({ id: 'check.hint', message: 'Hint {number}' }, { number: hintsShown + 1 })}
          </button>
        )}
        {!solutionShown && (
          <button type="button" className={styles.quiet} onClick={() => change({ solutionShown: true })}>
            <Translate id="check.show-solution">Show the solution</Translate>
          </button>
        )}
        {tries > 0 && (
          <span className={styles.tries}>
            <Translate id="check.tries" values={{ tries, hints: hintsShown }}>
              {'Tries: {tries}. Hints: {hints}.'}
            </Translate>
          </span>
        )}
      </footer>
    </>
  );
}
