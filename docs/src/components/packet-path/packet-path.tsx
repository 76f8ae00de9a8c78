import Translate, { translate } from '@docusaurus/Translate';
import { useEffect, useMemo, useRef, useSyncExternalStore, type Dispatch, type ReactNode, type RefObject } from 'react';
import styles from './packet-path.module.css';
import { ConntrackPane, PacketDiff } from './packet-panes.js';
import { answerText } from './packet-words.js';
import { PathFlow } from './path-flow.js';
import { PathList } from './path-list.js';
import { usePathKeys } from './path-keys.js';
import { RuleWalk } from './rule-walk.js';
import { VirtualServer } from './virtual-server.js';
import { PathControls, Segments } from './path-controls.js';
import { hopSentence, resultSentence, stepEffect, stepSentence, stepTitle } from './step-words.js';
import { useShownTrace } from './trace-channel.js';
import { hasReturn, TraceStore, type PathAction, type PathState, type TracedRequest } from './trace-store.js';

export interface PacketPathProps {
  /** What to show; without it, whatever trace the page was asked to show last. */
  readonly request?: TracedRequest | undefined;
  /** Beside the title, `entry 15`. */
  readonly origin?: ReactNode;
}

/** The packet's path: how one packet went through the kernels, what decided, and how its answer came back. */
export function PacketPath({ request, origin }: PacketPathProps): ReactNode {
  const shown = useShownTrace();
  const traced = request ?? shown;
  return traced ? <ShownPath key={traced.text} request={traced} origin={origin} /> : <NothingShown />;
}

function NothingShown(): ReactNode {
  return (
    <section className={styles.path} aria-label={title()}>
      <p className={styles.empty}>
        <Translate id="packetPath.empty">Send a request above, then follow it: its packet's path appears here.</Translate>
      </p>
    </section>
  );
}

function ShownPath({ request, origin }: { readonly request: TracedRequest; readonly origin: ReactNode }): ReactNode {
  const store = useMemo(() => new TraceStore(request), [request]);
  const state = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  const root = useRef<HTMLElement>(null);
  const { dispatch } = store;
  usePlaying(state, dispatch);
  useFocusOnStep(root, state.step);
  const onKeyDown = usePathKeys(dispatch);
  return (
    <section ref={root} className={styles.path} aria-label={title()} onKeyDown={onKeyDown}>
      <Header state={state} dispatch={dispatch} origin={origin} />
      <Result request={request} />
      {state.shows === 'text' ? (
        // Scrolls, so it takes the focus: arrows scroll it.
        <pre
          className={styles.text}
          tabIndex={0}
          lang="en"
          aria-label={translate({ id: 'packetPath.text.label', message: 'Trace as text' })}
        >
          {request.text}
        </pre>
      ) : (
        <Flow state={state} dispatch={dispatch} />
      )}
      <LiveStep state={state} root={root} />
    </section>
  );
}

interface Shown {
  readonly state: PathState;
  readonly dispatch: Dispatch<PathAction>;
}

function Header({ state, dispatch, origin }: Shown & { readonly origin: ReactNode }): ReactNode {
  return (
    <div className={styles.header}>
      <p className={styles.title}>{title()}</p>
      {origin !== undefined && <span className={styles.origin}>{origin}</span>}
      <span className={styles.tools}>
        <Segments
          label={translate({ id: 'packetPath.direction', message: 'Direction' })}
          value={state.direction}
          onChoose={(direction) => dispatch({ type: 'turn', direction })}
          options={[
            { value: 'forward', label: translate({ id: 'packetPath.direction.forward', message: 'Forward' }) },
            { value: 'return', label: translate({ id: 'packetPath.direction.return', message: 'Return' }), disabled: !hasReturn(state) },
          ]}
        />
        <Segments
          label={translate({ id: 'packetPath.view', message: 'View' })}
          value={state.shows}
          onChoose={(shows) => shows !== state.shows && dispatch({ type: 'toggle text' })}
          options={[
            { value: 'flow', label: translate({ id: 'packetPath.view.flow', message: 'Flow' }) },
            { value: 'text', label: translate({ id: 'packetPath.view.text', message: 'Text' }) },
          ]}
        />
      </span>
    </div>
  );
}

/** How it ended, in a sentence, with sign and word. */
function Result({ request: { trace } }: { readonly request: TracedRequest }): ReactNode {
  const accepted = trace.disposition === 'accepted';
  const sign = accepted ? '✓' : trace.disposition === 'dropped' || trace.disposition === 'timed out' ? '✕' : '⊘';
  return (
    <p className={styles.result}>
      <span className={accepted ? styles.accepted : styles.failed}>
        {sign} {dispositionText(trace.disposition)}
      </span>{' '}
      {resultSentence(trace)}
    </p>
  );
}

function Flow({ state, dispatch }: Shown): ReactNode {
  const { view, step, pointed } = state;
  const here = view.steps[step];
  if (!here) return null;
  const hop = view.hops[here.hop]!;
  const go = (to: number): void => dispatch({ type: 'go', step: to });
  const point = (to: number | null): void => dispatch({ type: 'point', step: to });
  return (
    <>
      <div className={styles.drawing}>
        <PathFlow view={view} step={step} pointed={pointed} answer={answerText(state.request.trace)} onGo={go} onPoint={point} />
      </div>
      <div className={styles.scrubber}>
        <PathList view={view} step={step} pointed={pointed} onGo={go} onPoint={point} />
      </div>
      <div className={styles.now}>
        <PathControls state={state} dispatch={dispatch} />
        <p className={styles.step}>
          <b>
            {translate({ id: 'packetPath.position', message: 'Step {number} of {total}' }, { number: step + 1, total: view.steps.length })}
          </b>{' '}
          {hop.title}, {stepTitle(here)}. <span className={here.effect === 'none' ? undefined : styles.hot}>{stepEffect(here)}</span>
        </p>
      </div>
      <div className={styles.panes}>
        {here.content.kind === 'table' && <RuleWalk walk={here.content} hop={hop.title} />}
        {here.content.kind === 'ipvs' && <VirtualServer step={here.content} />}
        <div className={styles.side}>
          <PacketDiff step={here} />
          <ConntrackPane hop={hop} step={here} />
        </div>
      </div>
    </>
  );
}

/** Speaks where the packet is, unless the focus already stands on the step and is read out. While playing, hops only. */
function LiveStep({
  state: { view, step, playing },
  root,
}: {
  readonly state: PathState;
  readonly root: RefObject<HTMLElement | null>;
}): ReactNode {
  const region = useRef<HTMLParagraphElement>(null);
  const here = view.steps[step];
  const words = !here ? '' : playing ? hopSentence(view, view.hops[here.hop]!) : stepSentence(view, here);
  useEffect(() => {
    const onStep = root.current?.contains(document.activeElement) && document.activeElement?.hasAttribute('data-step');
    if (region.current) region.current.textContent = onStep && !playing ? '' : words;
  }, [words, playing, root]);
  return <p ref={region} className="sr-only" aria-live="polite" />;
}

const STEP_MS = 640;
const REDUCED_HOP_MS = 2000;

/** Walks on by itself; where motion is to be reduced, a hop at a time. */
function usePlaying({ playing, step }: PathState, dispatch: Dispatch<PathAction>): void {
  useEffect(() => {
    if (!playing) return undefined;
    const reduced = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = setTimeout(() => dispatch({ type: reduced ? 'hop tick' : 'tick' }), reduced ? REDUCED_HOP_MS : STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, step, dispatch]);
}

/** Focus that stood on a step stays on the step in hand. */
function useFocusOnStep(root: RefObject<HTMLElement | null>, step: number): void {
  useEffect(() => {
    const focused = document.activeElement;
    if (!focused?.hasAttribute('data-step') || !root.current?.contains(focused)) return;
    root.current.querySelector<HTMLElement>(`[data-step="${step}"]`)?.focus({ preventScroll: true });
  }, [root, step]);
}

const title = (): string => translate({ id: 'packetPath.title', message: 'Packet path' });

function dispositionText(disposition: TracedRequest['trace']['disposition']): string {
  switch (disposition) {
    case 'accepted':
      return translate({ id: 'packetPath.disposition.accepted', message: 'Accepted.' });
    case 'dropped':
      return translate({ id: 'packetPath.disposition.dropped', message: 'Dropped.' });
    case 'timed out':
      return translate({ id: 'packetPath.disposition.timedOut', message: 'Timed out.' });
    case 'refused':
    case 'rejected':
    case 'no listener':
      return translate({ id: 'packetPath.disposition.refused', message: 'Refused.' });
    default:
      return translate({ id: 'packetPath.disposition.unreachable', message: 'Unreachable.' });
  }
}
