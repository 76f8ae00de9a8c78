import { translate } from '@docusaurus/Translate';
import type { ReactNode } from 'react';
import { KindSign } from './kind-mark.js';
import styles from './path-list.module.css';
import { tupleText } from './packet-words.js';
import type { PathHop, PathStep, PathView } from './path-view.js';
import { kindText, stepEffect, stepSentence, stepTitle } from './step-words.js';

/**
 * The way as a list, which is what there is; the drawing beside it is a view. Where there is room it looks like a
 * scrubber, one tick for each step; on a phone like the itinerary of a journey, with the steps of the hop in hand spelt out.
 */
export function PathList({ view, step, pointed, onGo, onPoint }: PathListProps): ReactNode {
  return (
    <ol className={styles.hops} aria-label={translate({ id: 'packetPath.list', message: 'The way, hop by hop' })}>
      {view.hops.map((hop) => (
        <HopItem key={hop.index} {...{ view, hop, step, pointed, onGo, onPoint }} />
      ))}
    </ol>
  );
}

export interface PathListProps {
  readonly view: PathView;
  readonly step: number;
  readonly pointed: number | null;
  readonly onGo: (step: number) => void;
  readonly onPoint: (step: number | null) => void;
}

function HopItem({ view, hop, step, pointed, onGo, onPoint }: PathListProps & { readonly hop: PathHop }): ReactNode {
  const current = view.steps[step]?.hop === hop.index;
  const done = step > (hop.steps.at(-1)?.index ?? 0);
  const first = hop.steps[0]?.index ?? 0;
  const next = view.hops[hop.index + 1];
  return (
    <li className={styles.hop} data-current={current || undefined} data-done={done || undefined}>
      <button type="button" className={styles.hopButton} tabIndex={-1} onClick={() => onGo(first)}>
        <KindSign kind={hop.kind} />
        <span className={styles.hopTitle}>{hop.title}</span>
        <span className={styles.hopKind}>
          {kindText(hop.kind)} <span className={styles.address}>{hop.address}</span>
        </span>
      </button>
      <p className={styles.summary} aria-hidden="true">
        {summary(hop)}
      </p>
      <ol className={styles.steps} style={{ flexGrow: hop.steps.length }}>
        {hop.steps.map((each) => (
          <StepItem key={each.index} {...{ view, step: each, current: step, pointed, onGo, onPoint }} />
        ))}
      </ol>
      {next && <p className={styles.wire}>{tupleText(hop.packetOut)}</p>}
    </li>
  );
}

interface StepItemProps {
  readonly view: PathView;
  readonly step: PathStep;
  readonly current: number;
  readonly pointed: number | null;
  readonly onGo: (step: number) => void;
  readonly onPoint: (step: number | null) => void;
}

function StepItem({ view, step, current, pointed, onGo, onPoint }: StepItemProps): ReactNode {
  const { index, effect } = step;
  const here = index === current;
  return (
    <li className={styles.step} data-done={index < current || undefined} data-effect={effect}>
      <button
        type="button"
        className={styles.tick}
        tabIndex={here ? 0 : -1}
        aria-current={here ? 'step' : undefined}
        data-step={index}
        data-pointed={index === pointed || undefined}
        title={stepTitle(step)}
        onClick={() => onGo(index)}
        onPointerEnter={() => onPoint(index)}
        onPointerLeave={() => onPoint(null)}
        onFocus={() => onPoint(null)}
      >
        <span className="sr-only">{stepSentence(view, step)}</span>
        <span className={styles.words} aria-hidden="true">
          <span className={styles.stepTitle}>{stepTitle(step)}</span> <span className={styles.stepEffect}>{stepEffect(step)}</span>
        </span>
      </button>
    </li>
  );
}

/** `PREROUTING, route, FORWARD, POSTROUTING`. */
function summary(hop: PathHop): string {
  const named = hop.steps.map(({ place }) => place).filter((place) => place !== 'in' && place !== 'out');
  return [...new Set(named)]
    .map((place) => {
      if (place === 'route') return translate({ id: 'packetPath.title.route', message: 'route' });
      return place === 'process' ? translate({ id: 'packetPath.process', message: 'process' }) : place;
    })
    .join(', ');
}
