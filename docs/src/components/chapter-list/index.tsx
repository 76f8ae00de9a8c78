import type { ReactNode } from 'react';
import Link from '@docusaurus/Link';
import { usePluginData } from '@docusaurus/useGlobalData';
import type { Chapter } from '../../../plugins/chapters.js';
import styles from './styles.module.css';

/** The chapters of the guide, in their order. */
export default function ChapterList(): ReactNode {
  const chapters = usePluginData('svclab-chapters') as readonly Chapter[];
  return (
    <ol className={styles.list}>
      {chapters.map(({ id, title, description, permalink }, index) => (
        <li key={id}>
          <span className={styles.number} aria-hidden="true">
            {index + 1}
          </span>
          <div>
            <Link to={permalink}>{title}</Link>
            <p>{description}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}
