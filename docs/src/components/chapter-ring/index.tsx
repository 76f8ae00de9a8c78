import Translate from '@docusaurus/Translate';
import type { Chapter } from '@svclab/labs';
import type { ReactNode } from 'react';
import { usePassed } from '../progress/progress-store.js';
import styles from './styles.module.css';

const RADIUS = 6;
const LENGTH = 2 * Math.PI * RADIUS;

/** A chapter's name behind what the reader has done of it: a ring that closes, then a tick. */
export function ChapterRing({ chapter, children }: { readonly chapter: Chapter; readonly children: ReactNode }): ReactNode {
  const all = chapter.checks.length;
  const passed = usePassed(
    chapter.id,
    chapter.checks.map(({ id }) => id),
  );
  return (
    <>
      <svg className={styles.ring} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        {passed === all ? (
          <>
            <circle cx="8" cy="8" r="7.5" className={styles.full} />
            <path d="M4.5 8.3l2.4 2.4 4.6-5" className={styles.tick} />
          </>
        ) : (
          <>
            <circle cx="8" cy="8" r={RADIUS} className={styles.track} />
            <circle
              cx="8"
              cy="8"
              r={RADIUS}
              className={styles.arc}
              strokeDasharray={`${(LENGTH * passed) / all} ${LENGTH}`}
              transform="rotate(-90 8 8)"
            />
          </>
        )}
      </svg>
      {children}
      <span className="sr-only">
        {' '}
        <Translate id="chapter-ring.passed" values={{ passed, all }}>
          {'({passed} of {all} tasks passed)'}
        </Translate>
      </span>
    </>
  );
}
