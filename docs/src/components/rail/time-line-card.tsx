import { translate } from '@docusaurus/Translate';
import { type ReactNode, useState } from 'react';
import { useSandbox } from '../sandbox-provider/index.js';
import { Card } from './card.js';
import styles from './rail.module.css';
import type { Deed, MarkKind } from './time-line.js';

/** What fits beside a page. */
const ROWS = 10;

const SHAPES: Readonly<Record<MarkKind, string>> = { cluster: '◇', command: '›', objects: '▤', requests: '⇄', clock: '◷', revert: '↶' };

/** What was done, the newest first; each can be gone back to. */
export function TimeLineCard({ deeds }: { readonly deeds: readonly Deed[] }): ReactNode {
  const { sandbox, state } = useSandbox();
  const [isBusy, setBusy] = useState(false);
  const goTo = (seq: number): void => {
    setBusy(true);
    // A refusal is told by the ribbon.
    void sandbox
      .revert(seq)
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  const isUndone = ({ seq }: Deed): boolean => sandbox.isStale({ sandboxId: state.id!, log: state.log, seq });
  const shown = deeds.slice(0, ROWS);
  const now = shown.findIndex((deed) => !isUndone(deed) && deed.kind !== 'revert');
  const previous = shown.slice(now + 1).find((deed) => !isUndone(deed));
  return (
    <Card
      title={translate({ id: 'rail.time-line', message: 'Time line' })}
      action={
        now >= 0 &&
        previous && (
          <button type="button" className={styles.undo} disabled={isBusy} onClick={() => goTo(shown[now]!.firstSeq - 1)}>
            <span aria-hidden="true">↶</span> {translate({ id: 'run.undo', message: 'Undo' })}
          </button>
        )
      }
    >
      <ol className={styles.deeds}>
        {shown.map((deed, index) => (
          <li key={deed.firstSeq} className={styles.deed} data-now={index === now || undefined} data-undone={isUndone(deed) || undefined}>
            <span className={styles.seq}>{deed.seq}</span>
            <span className={styles.shape} aria-hidden="true">
              {SHAPES[deed.kind]}
            </span>
            <span className="sr-only">{kindWord(deed.kind)}</span>
            <code className={styles.effect} title={deed.effect}>
              {isUndone(deed) ? <s>{deed.effect}</s> : deed.effect}
            </code>
            {index > now && !isUndone(deed) && (
              <button
                type="button"
                className={styles.goTo}
                disabled={isBusy}
                title={goToWord(deed.seq)}
                aria-label={goToWord(deed.seq)}
                onClick={() => goTo(deed.seq)}
              >
                <span aria-hidden="true">↶</span>
              </button>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}

const goToWord = (seq: number): string => translate({ id: 'rail.undo-to', message: 'Undo to entry {seq}' }, { seq });

function kindWord(kind: MarkKind): string {
  switch (kind) {
    case 'cluster':
      return translate({ id: 'rail.kind.cluster', message: 'cluster' });
    case 'command':
      return translate({ id: 'rail.kind.command', message: 'command' });
    case 'objects':
      return translate({ id: 'rail.kind.objects', message: 'objects' });
    case 'requests':
      return translate({ id: 'rail.kind.requests', message: 'requests' });
    case 'clock':
      return translate({ id: 'rail.kind.clock', message: 'clock' });
    case 'revert':
      return translate({ id: 'rail.kind.revert', message: 'undo' });
  }
}
