import type { NodeRecord } from '../records.js';
import { IMAGES, KUBERNETES_VERSION } from './images.js';

/** The machine that the captures were made on: Docker Desktop on an Apple computer, whose kernel all nodes share. */
export const MACHINE = {
  architecture: 'arm64',
  kernelVersion: '6.10.4-linuxkit',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  containerRuntimeVersion: 'containerd://1.7.18',
} as const;

const RESOURCES = {
  cpu: '8',
  'ephemeral-storage': '61202244Ki',
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
  memory: '8025428Ki',
  pods: '110',
} as const;

const HEALTHY = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const;

const CONTROL_PLANE_LABELS = {
  'node-role.kubernetes.io/control-plane': '',
  'node.kubernetes.io/exclude-from-external-load-balancers': '',
};

/** What differs between two nodes beside their record. */
export interface NodeIdentity {
  readonly ipv4: string;
  readonly ids: { readonly machineID: string; readonly systemUUID: string; readonly bootID: string };
  /** kind takes taint and label of the control plane away when there is no worker. */
  readonly alone: boolean;
  readonly now: string;
}

/** The Node that a kubelet registers, ready at once. */
// Simplification: a node is Ready when it joins; in life it waits some ten seconds for kindnetd to write the CNI configuration.
export function nodeObject(node: NodeRecord, { ipv4, ids, alone, now }: NodeIdentity): object {
  const isControlPlane = node.role === 'control-plane';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: {
        'beta.kubernetes.io/arch': MACHINE.architecture,
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': MACHINE.architecture,
        'kubernetes.io/hostname': node.name,
        'kubernetes.io/os': 'linux',
        ...(isControlPlane ? (alone ? { 'node-role.kubernetes.io/control-plane': '' } : CONTROL_PLANE_LABELS) : {}),
        ...node.labels,
      },
      annotations: {
        'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///run/containerd/containerd.sock',
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: {
      providerID: `kind://docker/${node.cluster}/${node.name}`,
      ...(isControlPlane && !alone ? { taints: [{ effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' }] } : {}),
    },
    status: {
      addresses: [
        { type: 'InternalIP', address: ipv4 },
        { type: 'Hostname', address: node.name },
      ],
      allocatable: RESOURCES,
      capacity: RESOURCES,
      conditions: HEALTHY.map(([type, status, reason, message]) => ({
        type,
        status,
        reason,
        message,
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      })),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      images: Object.values(IMAGES).map((image) => ({ names: [image] })),
      nodeInfo: {
        ...MACHINE,
        ...ids,
        operatingSystem: 'linux',
        kubeletVersion: KUBERNETES_VERSION,
        kubeProxyVersion: '',
      },
    },
  };
}
