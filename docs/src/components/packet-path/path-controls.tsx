import { translate } from '@docusaurus/Translate';
import type { Dispatch, ReactNode } from 'react';
import styles from './path-controls.module.css';
import type { PathAction, PathState } from './trace-store.js';

/** First, back, play, on. */
export function PathControls({ state, dispatch }: { readonly state: PathState; readonly dispatch: Dispatch<PathAction> }): ReactNode {
  const { step, view, playing } = state;
  const last = view.steps.length - 1;
  const play = playing
    ? translate({ id: 'packetPath.controls.pause', message: 'Pause' })
    : translate({ id: 'packetPath.controls.play', message: 'Play' });
  return (
    <span className={styles.controls} role="group" aria-label={translate({ id: 'packetPath.controls', message: 'Steps' })}>
      <Control
        label={translate({ id: 'packetPath.controls.first', message: 'First step' })}
        icon="M4 3v10M13 3.5L7 8l6 4.5z"
        disabled={step === 0}
        onClick={() => dispatch({ type: 'first' })}
      />
      <Control
        label={translate({ id: 'packetPath.controls.back', message: 'Step back' })}
        icon="M10 3.5L5.5 8l4.5 4.5"
        disabled={step === 0}
        onClick={() => dispatch({ type: 'step', by: -1 })}
      />
      <Control
        label={play}
        icon={playing ? 'M5.5 3.5v9M10.5 3.5v9' : 'M5 3l8 5l-8 5z'}
        primary
        onClick={() => dispatch({ type: 'toggle play' })}
      />
      <Control
        label={translate({ id: 'packetPath.controls.on', message: 'Step on' })}
        icon="M6 3.5L10.5 8L6 12.5"
        disabled={step === last}
        onClick={() => dispatch({ type: 'step', by: 1 })}
      />
    </span>
  );
}

interface ControlProps {
  readonly label: string;
  /** Path data on a field of 16 by 16. */
  readonly icon: string;
  readonly primary?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

/** `aria-disabled`, so that the focus is not lost at the end of the way. */
function Control({ label, icon, primary, disabled, onClick }: ControlProps): ReactNode {
  return (
    <button
      type="button"
      className={primary ? styles.primary : styles.control}
      aria-label={label}
      title={label}
      aria-disabled={disabled || undefined}
      onClick={disabled ? undefined : onClick}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={icon} />
      </svg>
    </button>
  );
}

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly disabled?: boolean }[];
  readonly onChoose: (value: Value) => void;
}

/** One of a few, side by side. */
export function Segments<Value extends string>({ label, value, options, onChoose }: SegmentsProps<Value>): ReactNode {
  return (
    <span className={styles.segments} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className={styles.segment}
          aria-pressed={option.value === value}
          disabled={option.disabled}
          onClick={() => onChoose(option.value)}
        >
          {option.label}
        </button>
      ))}
    </span>
  );
}
