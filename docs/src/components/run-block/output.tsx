import Translate, { translate } from '@docusaurus/Translate';
import { type ReactNode, useEffect, useState } from 'react';
import { useSandbox } from '../sandbox-provider/index.js';
import { plainText } from './plain-text.js';
import styles from './run-block.module.css';
import { type Chunk, firstLines, lineCount, type RunState } from './run-state.js';
import { Words } from './words.js';

/** Longer output is folded to this. */
const FOLD_LINES = 12;

/** Waiting is not spoken of before it is felt. */
const QUIET_MS = 400;

interface OutputProps {
  readonly state: RunState;
  /** Its lines are sentences rather than rows of a table: long ones are broken, not scrolled. */
  readonly wrap: boolean;
}

/** What the command writes, as it writes it. */
export function Output({ state, wrap }: OutputProps): ReactNode {
  switch (state.phase) {
    case 'waiting':
      return <Waiting />;
    case 'running':
      return <Written output={state.output} wrap={wrap} isRunning />;
    case 'done':
      return <Written output={state.run.output} wrap={wrap} isRunning={false} />;
    default:
      return null;
  }
}

function Waiting(): ReactNode {
  const { state } = useSandbox();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.skeleton} aria-busy="true">
      {isLong &&
        (state.connection === 'lost' ? (
          <Translate id="run.waiting.server">Waiting for the server. The command is sent once it is back.</Translate>
        ) : state.status === 'making' ? (
          <Translate id="run.waiting.cluster">Making your cluster: four nodes, kind v1.31.0.</Translate>
        ) : (
          <Translate id="run.waiting.turn">Waiting for its turn.</Translate>
        ))}
    </div>
  );
}

interface WrittenProps {
  readonly output: readonly Chunk[];
  readonly wrap: boolean;
  readonly isRunning: boolean;
}

function Written({ output, wrap, isRunning }: WrittenProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  if (output.length === 0) return null;
  const lines = lineCount(output);
  const isFolded = !isOpen && !isRunning && lines > FOLD_LINES;
  return (
    <>
      <pre
        className={wrap ? `${styles.output} ${styles.wrapped}` : styles.output}
        tabIndex={0}
        aria-label={translate({ id: 'run.output', message: 'Output' })}
        data-running={isRunning || undefined}
      >
        {(isFolded ? firstLines(output, FOLD_LINES) : output).map(({ stream, text }, index) => (
          <span key={index} className={stream === 'stderr' ? styles.stderr : undefined}>
            {wrap ? <Lines text={plainText(text)} /> : plainText(text)}
          </span>
        ))}
      </pre>
      {lines > FOLD_LINES && !isRunning && (
        <button type="button" className={styles.fold} aria-expanded={!isFolded} onClick={() => setOpen(!isOpen)}>
          {isFolded
            ? translate({ id: 'run.unfold', message: 'Show {count} more lines' }, { count: lines - FOLD_LINES })
            : translate({ id: 'run.fold', message: 'Show less' })}
        </button>
      )}
    </>
  );
}

/** Each line with its rest indented below it, so that one rule is told from the next. */
function Lines({ text }: { readonly text: string }): ReactNode {
  return text.split(/(?<=\n)/).map((line, index) => (
    <span key={index} className={styles.line}>
      <Words text={line} />
    </span>
  ));
}
