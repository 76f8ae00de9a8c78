import type { KubeObject } from '@svclab/kube-api';
import { milliValue, quantityValue } from '../quantity.js';

/** CPU in thousandths of a core, memory in bytes. */
export interface Resources {
  readonly milliCpu: number;
  readonly memoryBytes: number;
}

/** What a container that asks for nothing counts as when nodes are scored (pkg/scheduler/util/pod_resources.go). */
const DEFAULT_MILLI_CPU = 100;
const DEFAULT_MEMORY_BYTES = 200 * 1024 * 1024;

interface Container {
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  readonly restartPolicy?: string;
  readonly ports?: readonly { readonly hostPort?: number; readonly protocol?: string }[];
}

/** What a pod asks for: its containers together, or its largest init container if that is more (component-helpers `PodRequests`). */
export function podRequests(pod: Readonly<KubeObject>, defaults = false): Resources {
  const main = containersOf(pod, 'containers');
  const init = containersOf(pod, 'initContainers');
  const steady = [...main, ...init.filter(({ restartPolicy }) => restartPolicy === 'Always')];
  const total = (count: (container: Container) => number): number =>
    Math.max(
      steady.reduce((sum, container) => sum + count(container), 0),
      ...init.map(count),
    );
  return {
    milliCpu: total(({ resources }) => asked(milliValue, resources?.requests?.['cpu'], defaults ? DEFAULT_MILLI_CPU : 0)),
    memoryBytes: total(({ resources }) => asked(quantityValue, resources?.requests?.['memory'], defaults ? DEFAULT_MEMORY_BYTES : 0)),
  };
}

const asked = (value: (text: string) => number, text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : value(text);

/** Host ports that a pod takes, as `TCP/80`. */
export const hostPorts = (pod: Readonly<KubeObject>): readonly string[] =>
  containersOf(pod, 'containers').flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${protocol}/${hostPort}`] : [])),
  );

const containersOf = (pod: Readonly<KubeObject>, member: string): readonly Container[] =>
  (pod.spec?.[member] as readonly Container[] | undefined) ?? [];
