import Translate from '@docusaurus/Translate';
import { useEffect, useState, type ReactNode } from 'react';
import { useChapter } from '../chapter-text/use-chapter.js';
import { usePassed } from '../progress/progress-store.js';
import styles from './styles.module.css';

/** What to take along from a chapter. It opens when its checks have passed; who wants to read it before may. */
export function Debrief({ chapter: id, children }: { readonly chapter: string; readonly children: ReactNode }): ReactNode {
  const { chapter } = useChapter(id);
  const passed = usePassed(
    id,
    chapter.checks.map((check) => check.id),
  );
  const done = passed === chapter.checks.length;
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (done) setOpen(true);
  }, [done]);
  return (
    <details className={styles.debrief} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className={styles.title}>
          <Translate id="debrief.title">Debrief</Translate>
        </span>
        <span className={styles.state}>
          <Translate id="debrief.passed" values={{ passed, all: chapter.checks.length }}>
            {'{passed} of {all} tasks passed'}
          </Translate>
        </span>
      </summary>
      <div className={styles.body}>{children}</div>
    </details>
  );
}
