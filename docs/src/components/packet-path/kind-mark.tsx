import type { NamespaceKind } from '@svclab/netstack';
import type { ReactNode } from 'react';
import styles from './kind-mark.module.css';

/** A namespace's sign: a disc for a pod, a square for a node, a diamond for what is outside the cluster. For use within a drawing. */
export function KindMark({ kind, x, y }: { kind: NamespaceKind; x: number; y: number }): ReactNode {
  if (kind === 'pod') return <circle className={styles.pod} cx={x} cy={y} r={5} />;
  if (kind === 'node') return <rect className={styles.node} x={x - 5} y={y - 5} width={10} height={10} />;
  return <path className={styles.outside} d={`M${x} ${y - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z`} />;
}

/** The same sign, for use in text. */
export function KindSign({ kind }: { kind: NamespaceKind }): ReactNode {
  return (
    <svg className={styles.sign} viewBox="0 0 12 12" aria-hidden="true" focusable="false">
      <KindMark kind={kind} x={6} y={6} />
    </svg>
  );
}
