import Translate, { translate } from '@docusaurus/Translate';
import { type ReactNode, useState } from 'react';
import { useSandbox } from './sandbox-context.js';
import styles from './ribbon.module.css';

/** A band over the page for what concerns all of its blocks: the server or the sandbox is gone, or there is no room. */
export function SandboxRibbon(): ReactNode {
  const { sandbox, state } = useSandbox();
  return (
    <div className={styles.place} role="status">
      {state.status === 'gone' ? (
        <Band sign="◇" action={<Press label={startAnew()} act={() => sandbox.startAnew()} />}>
          <Translate id="sandbox.gone">Your sandbox is gone: the server no longer knows it. What you wrote on this page is kept.</Translate>
        </Band>
      ) : state.connection === 'lost' ? (
        <Band sign="◌">
          {state.seq > 0 ? (
            <Translate id="sandbox.lost" values={{ seq: state.seq }}>
              {'Not connected. What you see is entry {seq}. Run waits, and goes on by itself when the server is back.'}
            </Translate>
          ) : (
            <Translate id="sandbox.unreachable">Not connected. Run waits, and goes on by itself when the server is back.</Translate>
          )}
        </Band>
      ) : state.quota ? (
        <Band sign="◆" action={state.id !== undefined && <Press label={startOver()} act={() => sandbox.reset()} />}>
          <span lang="en">{sentence(state.quota.detail)}</span>{' '}
          {state.id === undefined ? (
            <Translate id="sandbox.quota.none">Reading goes on. Whoever runs the server can raise the limit.</Translate>
          ) : (
            <Translate id="sandbox.quota.full">Reading goes on, and so does looking at what you have run.</Translate>
          )}
        </Band>
      ) : null}
    </div>
  );
}

function Band({ sign, action, children }: { readonly sign: string; readonly action?: ReactNode; readonly children: ReactNode }): ReactNode {
  return (
    <div className={styles.band}>
      <span aria-hidden="true">{sign}</span>
      <p>{children}</p>
      {action}
    </div>
  );
}

function Press({ label, act }: { readonly label: string; readonly act: () => Promise<unknown> }): ReactNode {
  const [busy, setBusy] = useState(false);
  const press = (): void => {
    setBusy(true);
    // What goes wrong is told by the ribbon itself.
    void act()
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  return (
    <button type="button" onClick={press} disabled={busy}>
      {label}
    </button>
  );
}

const startAnew = (): string => translate({ id: 'sandbox.start-anew', message: 'Start anew' });
const startOver = (): string => translate({ id: 'sandbox.start-over', message: 'Start over' });

/** The server's words begin small, as the detail of a problem does. */
const sentence = (detail: string): string => `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
