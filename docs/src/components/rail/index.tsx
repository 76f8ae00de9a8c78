import type { LogEntry, SandboxClient, SandboxSummary } from '@svclab/client';
import { type ReactNode, useMemo, useSyncExternalStore } from 'react';
import { useLook } from '../sandbox-look/use-look.js';
import { LastResult } from './last-result.js';
import { SandboxCard } from './sandbox-card.js';
import { deeds } from './time-line.js';
import { TimeLineCard } from './time-line-card.js';
import styles from './rail.module.css';

/** Of the log: enough for what fits beside a page, long commands included. */
const ENTRIES = 40;

interface Seen {
  readonly summary: SandboxSummary;
  readonly entries: readonly LogEntry[];
}

async function see(client: SandboxClient, signal: AbortSignal): Promise<Seen> {
  const [summary, { items }] = await Promise.all([client.summary({ signal }), client.log({ limit: ENTRIES, order: 'newest' }, { signal })]);
  return { summary, entries: items };
}

/** Beside a page, where there is room: the reader's sandbox, what its last command gave, and what was done in it. */
export function Rail(): ReactNode {
  const look = useLook(see, useIsShown());
  const seen = look.state === 'idle' ? undefined : look.value;
  const done = useMemo(() => deeds(seen?.entries ?? []), [seen]);
  return (
    <div className={styles.rail}>
      <SandboxCard summary={seen?.summary} />
      {seen && <LastResult deeds={done} />}
      {seen && <TimeLineCard deeds={done} />}
    </div>
  );
}

/** As in the style sheet: what is not shown asks the server nothing. */
const ROOM = '(min-width: 1240px)';

function useIsShown(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const room = window.matchMedia(ROOM);
      room.addEventListener('change', changed);
      return () => room.removeEventListener('change', changed);
    },
    () => window.matchMedia(ROOM).matches,
    () => false,
  );
}
