import type { KubeObject } from '@svclab/kube-api';
import type { NumberedPort } from './port-order.js';

interface ServicePortSpec {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly appProtocol?: string;
}

/** The ports of a Service as they are on one pod. A named targetPort that the pod does not declare is left out. */
export function portsOnPod(service: Readonly<KubeObject>, pod: Readonly<KubeObject>): NumberedPort[] {
  const ports = (service.spec?.['ports'] ?? []) as readonly ServicePortSpec[];
  return ports.flatMap((port) => {
    const number = targetPortNumber(pod, port);
    if (number === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = port;
    return [{ name, protocol, port: number, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

/** pkg/api/v1/pod/util.go FindPort: ports of sidecar init containers are not searched in v1.31. */
function targetPortNumber(pod: Readonly<KubeObject>, port: ServicePortSpec): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const containers = (pod.spec?.['containers'] ?? []) as readonly {
    ports?: readonly { name?: string; containerPort: number; protocol?: string }[];
  }[];
  for (const container of containers) {
    const found = container.ports?.find(({ name, protocol = 'TCP' }) => name === target && protocol === (port.protocol ?? 'TCP'));
    if (found) return found.containerPort;
  }
  return undefined;
}
