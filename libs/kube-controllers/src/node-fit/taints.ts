import type { KubeObject } from '@svclab/kube-api';

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  /** How long a NoExecute taint is borne; for ever when absent. */
  readonly tolerationSeconds?: number;
}

export const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const NONE: readonly never[] = [];

export const taintsOf = (node: Readonly<KubeObject>): readonly Taint[] => (node.spec?.['taints'] as readonly Taint[] | undefined) ?? NONE;

export const tolerationsOf = (podSpec: KubeObject['spec']): readonly Toleration[] =>
  (podSpec?.['tolerations'] as readonly Toleration[] | undefined) ?? NONE;

/** v1 `Toleration.ToleratesTaint`. */
export function toleratesTaint({ key = '', operator = 'Equal', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || (key !== '' && value === (taint.value ?? ''));
}

export const tolerates = (tolerations: readonly Toleration[], taint: Taint): boolean =>
  tolerations.some((toleration) => toleratesTaint(toleration, taint));

/** The first taint of one of these effects that nothing tolerates. */
export const untolerated = (taints: readonly Taint[], tolerations: readonly Toleration[], effects: readonly string[]): Taint | undefined =>
  taints.find((taint) => effects.includes(taint.effect) && !tolerates(tolerations, taint));
