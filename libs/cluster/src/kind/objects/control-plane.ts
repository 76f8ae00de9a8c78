import type { ClusterRecord } from '../records.js';
import { IMAGES } from './images.js';

const PKI = '/etc/kubernetes/pki';

interface Probe {
  readonly port: number;
  readonly path: string;
  readonly host: string;
  readonly scheme: 'HTTP' | 'HTTPS';
}

/** One component that the kubelet of the control-plane node runs from `/etc/kubernetes/manifests`. */
interface StaticPod {
  readonly component: string;
  readonly image: string;
  readonly flags: readonly (readonly [flag: string, value: string])[];
  readonly cpuRequest: string;
  readonly memoryRequest?: string;
  readonly annotations?: { readonly [name: string]: string };
  readonly liveness: Probe;
  readonly readiness?: Probe;
  readonly hostPaths: readonly (readonly [name: string, path: string, readOnly: boolean, type: string])[];
}

/**
 * The static pods of a kubeadm control plane, as mirror pods of the API.
 * Source: Kubernetes `cmd/kubeadm/app/phases/controlplane/manifests.go` and `phases/etcd/local.go`.
 */
export function controlPlanePods(cluster: ClusterRecord, node: string, ipv4: string): object[] {
  return [etcd(node, ipv4), apiServer(cluster, ipv4), controllerManager(cluster), scheduler(cluster)].map((pod) => mirrorPod(pod, node));
}

const settings = (values: { readonly [key: string]: boolean | string }): string =>
  Object.keys(values)
    .toSorted()
    .map((key) => `${key}=${values[key]}`)
    .join(',');

const featureGates = ({ featureGates: gates }: ClusterRecord): [string, string][] =>
  Object.keys(gates).length ? [['feature-gates', settings(gates)]] : [];

function etcd(node: string, ipv4: string): StaticPod {
  return {
    component: 'etcd',
    image: IMAGES.etcd,
    annotations: { 'kubeadm.kubernetes.io/etcd.advertise-client-urls': `https://${ipv4}:2379` },
    flags: [
      ['advertise-client-urls', `https://${ipv4}:2379`],
      ['cert-file', `${PKI}/etcd/server.crt`],
      ['client-cert-auth', 'true'],
      ['data-dir', '/var/lib/etcd'],
      ['experimental-initial-corrupt-check', 'true'],
      ['experimental-watch-progress-notify-interval', '5s'],
      ['initial-advertise-peer-urls', `https://${ipv4}:2380`],
      ['initial-cluster', `${node}=https://${ipv4}:2380`],
      ['key-file', `${PKI}/etcd/server.key`],
      ['listen-client-urls', `https://127.0.0.1:2379,https://${ipv4}:2379`],
      ['listen-metrics-urls', 'http://127.0.0.1:2381'],
      ['listen-peer-urls', `https://${ipv4}:2380`],
      ['name', node],
      ['peer-cert-file', `${PKI}/etcd/peer.crt`],
      ['peer-client-cert-auth', 'true'],
      ['peer-key-file', `${PKI}/etcd/peer.key`],
      ['peer-trusted-ca-file', `${PKI}/etcd/ca.crt`],
      ['snapshot-count', '10000'],
      ['trusted-ca-file', `${PKI}/etcd/ca.crt`],
    ],
    cpuRequest: '100m',
    memoryRequest: '100Mi',
    liveness: { host: '127.0.0.1', port: 2381, path: '/livez', scheme: 'HTTP' },
    readiness: { host: '127.0.0.1', port: 2381, path: '/readyz', scheme: 'HTTP' },
    hostPaths: [
      ['etcd-certs', `${PKI}/etcd`, false, 'DirectoryOrCreate'],
      ['etcd-data', '/var/lib/etcd', false, 'DirectoryOrCreate'],
    ],
  };
}

function apiServer(cluster: ClusterRecord, ipv4: string): StaticPod {
  return {
    component: 'kube-apiserver',
    image: IMAGES.apiServer,
    annotations: { 'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': `${ipv4}:6443` },
    flags: [
      ['advertise-address', ipv4],
      ['allow-privileged', 'true'],
      ['authorization-mode', 'Node,RBAC'],
      ['client-ca-file', `${PKI}/ca.crt`],
      ['enable-admission-plugins', 'NodeRestriction'],
      ['enable-bootstrap-token-auth', 'true'],
      ['etcd-cafile', `${PKI}/etcd/ca.crt`],
      ['etcd-certfile', `${PKI}/apiserver-etcd-client.crt`],
      ['etcd-keyfile', `${PKI}/apiserver-etcd-client.key`],
      ['etcd-servers', 'https://127.0.0.1:2379'],
      ...featureGates(cluster),
      ['kubelet-client-certificate', `${PKI}/apiserver-kubelet-client.crt`],
      ['kubelet-client-key', `${PKI}/apiserver-kubelet-client.key`],
      ['kubelet-preferred-address-types', 'InternalIP,ExternalIP,Hostname'],
      ['proxy-client-cert-file', `${PKI}/front-proxy-client.crt`],
      ['proxy-client-key-file', `${PKI}/front-proxy-client.key`],
      ['requestheader-allowed-names', 'front-proxy-client'],
      ['requestheader-client-ca-file', `${PKI}/front-proxy-ca.crt`],
      ['requestheader-extra-headers-prefix', 'X-Remote-Extra-'],
      ['requestheader-group-headers', 'X-Remote-Group'],
      ['requestheader-username-headers', 'X-Remote-User'],
      ['runtime-config', settings(cluster.runtimeConfig)],
      ['secure-port', '6443'],
      ['service-account-issuer', 'https://kubernetes.default.svc.cluster.local'],
      ['service-account-key-file', `${PKI}/sa.pub`],
      ['service-account-signing-key-file', `${PKI}/sa.key`],
      ['service-cluster-ip-range', cluster.serviceSubnet],
      ['tls-cert-file', `${PKI}/apiserver.crt`],
      ['tls-private-key-file', `${PKI}/apiserver.key`],
    ],
    cpuRequest: '250m',
    liveness: { host: ipv4, port: 6443, path: '/livez', scheme: 'HTTPS' },
    readiness: { host: ipv4, port: 6443, path: '/readyz', scheme: 'HTTPS' },
    hostPaths: CERTIFICATES,
  };
}

function controllerManager(cluster: ClusterRecord): StaticPod {
  const kubeconfig = '/etc/kubernetes/controller-manager.conf';
  return {
    component: 'kube-controller-manager',
    image: IMAGES.controllerManager,
    flags: [
      ['allocate-node-cidrs', 'true'],
      ['authentication-kubeconfig', kubeconfig],
      ['authorization-kubeconfig', kubeconfig],
      ['bind-address', '127.0.0.1'],
      ['client-ca-file', `${PKI}/ca.crt`],
      ['cluster-cidr', cluster.podSubnet],
      ['cluster-name', cluster.name],
      ['cluster-signing-cert-file', `${PKI}/ca.crt`],
      ['cluster-signing-key-file', `${PKI}/ca.key`],
      ['controllers', '*,bootstrapsigner,tokencleaner'],
      ['enable-hostpath-provisioner', 'true'],
      ...featureGates(cluster),
      ['kubeconfig', kubeconfig],
      ['leader-elect', 'true'],
      ['requestheader-client-ca-file', `${PKI}/front-proxy-ca.crt`],
      ['root-ca-file', `${PKI}/ca.crt`],
      ['service-account-private-key-file', `${PKI}/sa.key`],
      ['service-cluster-ip-range', cluster.serviceSubnet],
      ['use-service-account-credentials', 'true'],
    ],
    cpuRequest: '200m',
    liveness: { host: '127.0.0.1', port: 10257, path: '/healthz', scheme: 'HTTPS' },
    hostPaths: [
      ...CERTIFICATES,
      ['flexvolume-dir', '/usr/libexec/kubernetes/kubelet-plugins/volume/exec', false, 'DirectoryOrCreate'],
      ['kubeconfig', kubeconfig, true, 'FileOrCreate'],
    ],
  };
}

function scheduler(cluster: ClusterRecord): StaticPod {
  const kubeconfig = '/etc/kubernetes/scheduler.conf';
  return {
    component: 'kube-scheduler',
    image: IMAGES.scheduler,
    flags: [
      ['authentication-kubeconfig', kubeconfig],
      ['authorization-kubeconfig', kubeconfig],
      ['bind-address', '127.0.0.1'],
      ...featureGates(cluster),
      ['kubeconfig', kubeconfig],
      ['leader-elect', 'true'],
    ],
    cpuRequest: '100m',
    liveness: { host: '127.0.0.1', port: 10259, path: '/healthz', scheme: 'HTTPS' },
    hostPaths: [['kubeconfig', kubeconfig, true, 'FileOrCreate']],
  };
}

const CERTIFICATES: StaticPod['hostPaths'] = [
  ['ca-certs', '/etc/ssl/certs', true, 'DirectoryOrCreate'],
  ['etc-ca-certificates', '/etc/ca-certificates', true, 'DirectoryOrCreate'],
  ['k8s-certs', PKI, true, 'DirectoryOrCreate'],
  ['usr-local-share-ca-certificates', '/usr/local/share/ca-certificates', true, 'DirectoryOrCreate'],
  ['usr-share-ca-certificates', '/usr/share/ca-certificates', true, 'DirectoryOrCreate'],
];

const httpProbe = ({ host, port, path, scheme }: Probe): object => ({
  httpGet: { host, path, port, scheme },
  periodSeconds: 10,
  timeoutSeconds: 15,
});

function mirrorPod(pod: StaticPod, node: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${pod.component}-${node}`,
      namespace: 'kube-system',
      labels: { component: pod.component, tier: 'control-plane' },
      annotations: { ...pod.annotations, 'kubernetes.io/config.source': 'file' },
    },
    spec: {
      containers: [
        {
          name: pod.component,
          image: pod.image,
          imagePullPolicy: 'IfNotPresent',
          command: [pod.component, ...pod.flags.map(([flag, value]) => `--${flag}=${value}`)],
          livenessProbe: { ...httpProbe(pod.liveness), failureThreshold: 8, initialDelaySeconds: 10 },
          ...(pod.readiness ? { readinessProbe: { ...httpProbe(pod.readiness), failureThreshold: 3, periodSeconds: 1 } } : {}),
          resources: { requests: { cpu: pod.cpuRequest, ...(pod.memoryRequest ? { memory: pod.memoryRequest } : {}) } },
          volumeMounts: pod.hostPaths.map(([name, path, readOnly]) => ({ mountPath: path, name, ...(readOnly ? { readOnly } : {}) })),
        },
      ],
      enableServiceLinks: true,
      hostNetwork: true,
      nodeName: node,
      priority: 2000001000,
      priorityClassName: 'system-node-critical',
      restartPolicy: 'Always',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
      volumes: pod.hostPaths.map(([name, path, , type]) => ({ hostPath: { path, type }, name })),
    },
  };
}
