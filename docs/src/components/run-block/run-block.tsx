import { translate } from '@docusaurus/Translate';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { CommandText } from './command-text.js';
import { Icon } from './icons.js';
import { Output } from './output.js';
import { RunFoot } from './run-foot.js';
import styles from './run-block.module.css';
import { useEditedCommand } from './use-edited-command.js';
import { useRun } from './use-run.js';
import { copyText } from './copy-text.js';

export interface RunBlockProps {
  /** Unique on the page; what the block has shown is remembered under it. */
  readonly id: string;
  /** `host`, `node/<name>`, `pod/<namespace>/<name>` or `client/<name>`. */
  readonly at?: string;
  readonly command?: string;
  /** Its output is sentences rather than rows of a table: long lines are broken, not scrolled. */
  readonly wrap?: boolean;
  /** The command, where it is not given as `command`. */
  readonly children?: string;
}

/** A command that the reader may change, and runs in their own sandbox. */
export function RunBlock({ id, at = 'host', command, wrap = false, children = '' }: RunBlockProps): ReactNode {
  const original = (command ?? children).trim();
  const run = useRun(id, at);
  const [edited, setEdited] = useEditedCommand(id);
  const text = edited ?? original;
  const { phase } = run.state;
  const isBusy = phase === 'waiting' || phase === 'running';

  const start = (): void => {
    if (!isBusy && text.trim() !== '') run.start(text);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.ctrlKey) return;
    if (event.key === 'Enter') start();
    else if (event.key === '.') run.stop();
    else return;
    event.preventDefault();
  };

  return (
    <div
      role="group"
      className={styles.block}
      data-run-block={id}
      data-phase={phase}
      data-stale={run.isStale || undefined}
      aria-label={`${at}: ${text.split('\n', 1)[0]!}`}
      onKeyDown={onKeyDown}
    >
      <header className={styles.head}>
        <code className={styles.place}>{at}</code>
        <CopyButton text={text} />
        {edited === undefined ? (
          <Tool icon="edit" label={translate({ id: 'run.edit', message: 'Edit' })} press={() => setEdited(original)} />
        ) : (
          <Tool icon="reset" label={translate({ id: 'run.reset', message: 'Reset' })} press={() => setEdited(undefined)} />
        )}
        {phase === 'done' && !run.isStale && <Tool icon="undo" label={translate({ id: 'run.undo', message: 'Undo' })} press={run.undo} />}
        {isBusy ? (
          <button type="button" className={styles.primary} aria-keyshortcuts="Control+." onClick={run.stop}>
            <Icon name="stop" /> {translate({ id: 'run.stop', message: 'Stop' })}
          </button>
        ) : (
          <button type="button" className={styles.primary} aria-keyshortcuts="Control+Enter" onClick={start}>
            <Icon name="run" />{' '}
            {phase === 'done' ? translate({ id: 'run.again', message: 'Run again' }) : translate({ id: 'run', message: 'Run' })}
          </button>
        )}
      </header>
      <CommandText text={text} edit={edited === undefined ? undefined : setEdited} problem={run.state} />
      <Output state={run.state} wrap={wrap} />
      <RunFoot run={run} />
    </div>
  );
}

interface ToolProps {
  readonly icon: 'copy' | 'edit' | 'reset' | 'undo';
  readonly label: string;
  readonly press: () => void;
}

function Tool({ icon, label, press }: ToolProps): ReactNode {
  return (
    <button type="button" className={styles.tool} aria-label={label} title={label} onClick={press}>
      <Icon name={icon} /> <span className={styles.label}>{label}</span>
    </button>
  );
}

/** Says for a moment whether it worked, in place of its name. */
const SAY_MS = 1500;

function CopyButton({ text }: { readonly text: string }): ReactNode {
  const [said, say] = useState<string>();
  const press = (): void => {
    void copyText(text).then((copied) => {
      say(copied ? translate({ id: 'run.copied', message: 'Copied' }) : translate({ id: 'run.not-copied', message: 'Not copied' }));
      setTimeout(() => say(undefined), SAY_MS);
    });
  };
  return <Tool icon="copy" label={said ?? translate({ id: 'run.copy', message: 'Copy' })} press={press} />;
}
