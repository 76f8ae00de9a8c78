import { translate } from '@docusaurus/Translate';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import styles from './run-block.module.css';
import type { RunState } from './run-state.js';
import { Words } from './words.js';

interface CommandTextProps {
  readonly text: string;
  /** While the reader changes the command. */
  readonly edit: ((text: string) => void) | undefined;
  readonly problem: RunState;
}

/** The command, as it is typed or as it is changed, and beside it what the server did not understand of it. */
export function CommandText({ text, edit, problem }: CommandTextProps): ReactNode {
  const problemId = useId();
  const refusal = problem.phase === 'refused' ? problem.problem : undefined;
  return (
    <>
      {edit ? (
        <Editor text={text} edit={edit} describedBy={refusal ? problemId : undefined} />
      ) : (
        <pre className={styles.command} tabIndex={0} aria-label={translate({ id: 'run.command', message: 'Command' })}>
          <code>
            <Words text={text} />
          </code>
        </pre>
      )}
      {refusal && (
        <p id={problemId} className={styles.problem} role="alert">
          <span aria-hidden="true">▲</span> <b>{refusal.title}.</b> <span lang="en">{refusal.detail}</span>
        </p>
      )}
    </>
  );
}

interface EditorProps {
  readonly text: string;
  readonly edit: (text: string) => void;
  readonly describedBy: string | undefined;
}

function Editor({ text, edit, describedBy }: EditorProps): ReactNode {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const { current } = field;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length);
  }, []);
  return (
    <textarea
      ref={field}
      className={styles.editor}
      value={text}
      rows={Math.max(2, text.split('\n').length)}
      spellCheck={false}
      autoCapitalize="off"
      autoComplete="off"
      aria-label={translate({ id: 'run.edit.label', message: 'Command; Ctrl Enter runs it' })}
      aria-describedby={describedBy}
      aria-invalid={describedBy !== undefined}
      onChange={(event) => edit(event.currentTarget.value)}
    />
  );
}
