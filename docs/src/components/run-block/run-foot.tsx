import Translate, { translate } from '@docusaurus/Translate';
import { type ReactNode, useEffect, useState } from 'react';
import { FollowRequest } from './follow-request.js';
import { Icon } from './icons.js';
import styles from './run-block.module.css';
import type { FinishedRun } from './run-state.js';
import type { Run } from './use-run.js';

/** How the run ended, where it stands in the log, and how long it took here and there. */
export function RunFoot({ run: { state, isStale, isFromElsewhere } }: { readonly run: Run }): ReactNode {
  return (
    <>
      <p className="sr-only" role="status">
        {state.phase === 'running' && translate({ id: 'run.status.running', message: 'Running' })}
        {state.phase === 'done' && endedHow(state.run)}
      </p>
      {state.phase === 'running' && (
        <footer className={styles.foot}>
          <RunningFor key={state.execId} />
          {state.traceId && <FollowRequest traceId={state.traceId} />}
        </footer>
      )}
      {state.phase === 'done' && (
        <footer className={styles.foot}>
          {isStale ? (
            <span className={styles.stale}>
              <Translate id="run.stale">No longer so in your cluster. Run it again.</Translate>
            </span>
          ) : (
            <span className={state.run.exitCode === 0 ? styles.ok : styles.failed}>
              <Icon name={state.run.exitCode === 0 ? 'ok' : 'failed'} /> {endedHow(state.run)}
            </span>
          )}
          {!isStale && <span>{translate({ id: 'run.entry', message: 'entry {seq}' }, { seq: state.run.seq })}</span>}
          <span>{howLong(state.run)}</span>
          {isFromElsewhere && (
            <span className={styles.elsewhere}>
              <Translate id="run.elsewhere">from another tab</Translate>
            </span>
          )}
          {!isStale && state.run.traceId && <FollowRequest traceId={state.run.traceId} />}
        </footer>
      )}
    </>
  );
}

function endedHow({ exitCode, reason }: FinishedRun): string {
  if (exitCode === null) return translate({ id: 'run.cut-off', message: 'cut off: {reason}' }, { reason: reason ?? '' });
  return translate({ id: 'run.exit', message: 'exit {code}' }, { code: exitCode });
}

/** What took no time in the cluster says nothing of it. */
function howLong({ elapsedMs, virtualMs }: FinishedRun): string {
  const times = { here: duration(elapsedMs), there: duration(virtualMs) };
  return virtualMs === 0
    ? translate({ id: 'run.time', message: '{here} here' }, times)
    : translate({ id: 'run.times', message: '{here} here, {there} in the cluster' }, times);
}

/** Seconds are counted once there are two of them. */
const COUNT_FROM_S = 2;

function RunningFor(): ReactNode {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={styles.running}>
      <span aria-hidden="true">●</span> <Translate id="run.running">running</Translate>
      {seconds >= COUNT_FROM_S && `, ${duration(seconds * 1000)}`}
    </span>
  );
}

/** `41 ms`, `1.2 s`, `2 min 5 s`: units are the same in all languages of the portal. */
function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
