import Translate, { translate } from '@docusaurus/Translate';
import { useEffect, useRef, useState, type ReactNode } from 'react';
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
  const shown = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<string>();
  // What was asked for takes the focus: its button is gone, or means the next thing now.
  useEffect(() => {
    if (opened) shown.current?.querySelector<HTMLElement>(`[data-help="${opened}"]`)?.focus();
  }, [opened]);
  const open = (what: string, fields: { hintsShown?: number; solutionShown?: boolean }): void => {
    changeProgress(chapter.id, checkId, () => fields);
    setOpened(what);
  };
  return (
    <>
      <div className={styles.help} ref={shown}>
        {HINTS.slice(0, hintsShown).map((number) => (
          <div key={number} data-help={`hint-${number}`} tabIndex={-1}>
            <Hint number={number} text={say(`${checkId}.hint-${number}`)} />
          </div>
        ))}
        {solutionShown && (
          <div data-help="solution" tabIndex={-1}>
            <Solution id={`${chapter.id}/${checkId}`} commands={solution} />
          </div>
        )}
      </div>
      <footer className={styles.foot}>
        {hintsShown < HINTS.length && (
          <button type="button" onClick={() => open(`hint-${hintsShown + 1}`, { hintsShown: hintsShown + 1 })}>
            {translate({ id: 'check.hint', message: 'Hint {number}' }, { number: hintsShown + 1 })}
          </button>
        )}
        {!solutionShown && (
          <button type="button" className={styles.quiet} onClick={() => open('solution', { solutionShown: true })}>
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
