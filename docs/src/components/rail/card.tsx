import { type ReactNode, useId } from 'react';
import styles from './rail.module.css';

interface CardProps {
  readonly title: string;
  /** At the right of the title. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

export function Card({ title, action, children }: CardProps): ReactNode {
  const titleId = useId();
  return (
    <section className={styles.card} aria-labelledby={titleId}>
      <header className={styles.head}>
        <p id={titleId} className={styles.title}>
          {title}
        </p>
        {action}
      </header>
      {children}
    </section>
  );
}
