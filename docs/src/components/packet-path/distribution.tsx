import { translate } from '@docusaurus/Translate';
import type { CSSProperties, ReactNode } from 'react';
import styles from './distribution.module.css';

export interface DistributionProps {
  /** Answers by host name, failures by outcome: the `distribution` of an answer to requests. */
  readonly counts: Readonly<Record<string, number>>;
  /** Opens one request that went this way; without it, or where it says `false`, a bar is no button. */
  readonly onOpen?: ((name: string) => void) | undefined;
  readonly canOpen?: ((name: string) => boolean) | undefined;
}

/** Who answered how often, the largest first, against an equal share. */
export function Distribution({ counts, onOpen, canOpen = () => true }: DistributionProps): ReactNode {
  const rows = Object.entries(counts).toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  const most = rows[0]?.[1] ?? 0;
  if (total === 0) return null;
  const share = total / rows.length;
  const scale = 100 / Math.max(most, share);
  return (
    <figure className={styles.figure}>
      <ul className={styles.rows} style={{ '--share': `${share * scale}%` } as CSSProperties}>
        {rows.map(([name, count]) => (
          <li key={name} className={styles.row}>
            {onOpen && canOpen(name) ? (
              <button type="button" className={styles.name} onClick={() => onOpen(name)} title={followText(name)}>
                {name}
              </button>
            ) : (
              <span className={styles.name}>{name}</span>
            )}
            <span className={styles.bar} aria-hidden="true">
              <span className={styles.fill} style={{ width: `${count * scale}%` }} />
            </span>
            <span className={styles.count}>{count}</span>
          </li>
        ))}
      </ul>
      <figcaption className={styles.caption}>
        {translate(
          { id: 'packetPath.distribution.share', message: 'The line marks an equal share of {total}: {share}.' },
          { total, share: Number.isInteger(share) ? share : share.toFixed(1) },
        )}
      </figcaption>
    </figure>
  );
}

const followText = (name: string): string =>
  translate({ id: 'packetPath.distribution.follow', message: 'Follow one that {name} answered' }, { name });
