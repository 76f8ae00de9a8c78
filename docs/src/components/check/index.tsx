import Translate, { translate } from '@docusaurus/Translate';
import Heading from '@theme/Heading';
import type { ChecksAnswer, SandboxClient } from '@svclab/client';
import { useCallback, useEffect, type ReactNode } from 'react';
import { mustFind, useChapter } from '../chapter-text/use-chapter.js';
import { changeProgress, useCheckProgress } from '../progress/progress-store.js';
import { useLook, type Look } from '../sandbox-look/use-look.js';
import { CheckIcon } from './check-icon.js';
import { Condition } from './condition.js';
import { Help } from './help.js';
import styles from './styles.module.css';

type Result = ChecksAnswer['checks'][number];

/** A task, what is still missing for it in the reader's cluster and why, and help in three portions. */
export function Check({ chapter: of, id }: { readonly chapter: string; readonly id: string }): ReactNode {
  const text = useChapter(of);
  const { conditions } = mustFind(text.chapter.checks, id);
  const progress = useCheckProgress(of, id);
  const { language } = text;
  const read = useCallback(
    async (client: SandboxClient, signal: AbortSignal) => mustFind((await client.checks(of, language, { signal })).checks, id),
    [of, id, language],
  );
  const { state, value: result, ask } = useLook(read, progress.tries > 0);
  const passed = result?.passed ?? false;
  useEffect(() => {
    if (passed) changeProgress(of, id, () => ({ passed: true }));
  }, [of, id, passed]);
  const titleId = `check-${id}`;
  const check = (): void => {
    changeProgress(of, id, ({ tries }) => ({ tries: tries + 1 }));
    ask();
  };
  return (
    <section className={styles.check} aria-labelledby={titleId}>
      <header className={styles.head}>
        <span className={`${styles.badge} ${result ? (passed ? styles.passed : styles.pending) : ''}`}>
          <CheckIcon status={passed ? 'holds' : result ? 'not-yet' : 'waits'} />
        </span>
        <div className={styles.what}>
          <Heading as="h3" id={titleId} className={styles.title}>
            {text.say(`${id}.title`)}
          </Heading>
          <p>
            {text.say(`${id}.task`)} <Summary state={state} holds={countHolding(result)} all={conditions.length} />
          </p>
        </div>
        <button type="button" className={styles.again} onClick={check} disabled={state === 'asking'}>
          {progress.tries > 0
            ? translate({ id: 'check.again', message: 'Check again' })
            : translate({ id: 'check.first', message: 'Check' })}
        </button>
      </header>
      <ul className={styles.conditions}>
        {conditions.map((condition) => (
          <Condition
            key={condition.id}
            text={text.say(`${id}.${condition.id}`)}
            result={result?.conditions.find((each) => each.id === condition.id)}
          />
        ))}
      </ul>
      <Help chapter={text} checkId={id} />
    </section>
  );
}

const countHolding = (result: Result | undefined): number => result?.conditions.filter(({ status }) => status === 'holds').length ?? 0;

interface SummaryProps {
  readonly state: Look<Result>['state'];
  readonly holds: number;
  readonly all: number;
}

/** One sentence on where the reader stands; read aloud when it changes. */
function Summary({ state, holds, all }: SummaryProps): ReactNode {
  return (
    <span role="status">
      {state === 'no-sandbox' && <Translate id="check.no-sandbox">There is no cluster yet: run the first block of the page.</Translate>}
      {state === 'failed' && <Translate id="check.failed">The server did not answer. Check again in a moment.</Translate>}
      {state === 'answered' && holds === all && <Translate id="check.passed">Passed.</Translate>}
      {state === 'answered' && holds < all && (
        <Translate id="check.not-yet" values={{ holds, all }}>
          {'Not yet: {holds} of {all} hold.'}
        </Translate>
      )}
    </span>
  );
}
