import type { ClusterRecord } from '../records.js';
import { IMAGES } from './images.js';

/** A workload of the fresh cluster: its owner object, and what its pods look like. */
export interface Addon {
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
  readonly labels: { readonly [name: string]: string };
  readonly podLabels: { readonly [name: string]: string };
  readonly replicas: number;
  readonly podSpec: PodSpec;
}

interface PodSpec {
  readonly containers: readonly object[];
  readonly serviceAccountName: string;
  readonly [member: string]: unknown;
}

const CRITICAL = { priorityClassName: 'system-node-critical' };
const configMapVolume = (name: string): object => ({ name, configMap: { name, defaultMode: 420 } });
const hostPath = (name: string, path: string, type = ''): object => ({ name, hostPath: { path, type } });
const mount = (name: string, mountPath: string, readOnly = false): object => ({ name, mountPath, ...(readOnly ? { readOnly } : {}) });
const fieldRef = (name: string, fieldPath: string): object => ({ name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } });

/** What kubeadm and kind install into a new cluster, in the order in which their pods come to the control-plane node. */
export const addons = (cluster: ClusterRecord): readonly Addon[] => [kubeProxy(), kindnet(cluster), localPathProvisioner(), coredns()];

/** Source: Kubernetes `cmd/kubeadm/app/phases/addons/proxy/manifests.go`. */
function kubeProxy(): Addon {
  return {
    kind: 'DaemonSet',
    namespace: 'kube-system',
    name: 'kube-proxy',
    labels: { 'k8s-app': 'kube-proxy' },
    podLabels: { 'k8s-app': 'kube-proxy' },
    replicas: 0,
    podSpec: {
      ...CRITICAL,
      containers: [
        {
          name: 'kube-proxy',
          image: IMAGES.kubeProxy,
          imagePullPolicy: 'IfNotPresent',
          command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=$(NODE_NAME)'],
          env: [fieldRef('NODE_NAME', 'spec.nodeName')],
          securityContext: { privileged: true },
          volumeMounts: [
            mount('kube-proxy', '/var/lib/kube-proxy'),
            mount('xtables-lock', '/run/xtables.lock'),
            mount('lib-modules', '/lib/modules', true),
          ],
        },
      ],
      hostNetwork: true,
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      serviceAccountName: 'kube-proxy',
      tolerations: [{ operator: 'Exists' }],
      volumes: [
        configMapVolume('kube-proxy'),
        hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
        hostPath('lib-modules', '/lib/modules'),
      ],
    },
  };
}

/** Source: kind `images/base/files/kind/manifests/default-cni.yaml`, filled in by `pkg/cluster/internal/create/actions/installcni`. */
function kindnet({ name, podSubnet }: ClusterRecord): Addon {
  return {
    kind: 'DaemonSet',
    namespace: 'kube-system',
    name: 'kindnet',
    labels: { tier: 'node', app: 'kindnet', 'k8s-app': 'kindnet' },
    podLabels: { tier: 'node', app: 'kindnet', 'k8s-app': 'kindnet' },
    replicas: 0,
    podSpec: {
      containers: [
        {
          name: 'kindnet-cni',
          image: IMAGES.kindnetd,
          imagePullPolicy: 'IfNotPresent',
          env: [
            fieldRef('HOST_IP', 'status.hostIP'),
            fieldRef('POD_IP', 'status.podIP'),
            { name: 'POD_SUBNET', value: podSubnet },
            { name: 'CONTROL_PLANE_ENDPOINT', value: `${name}-control-plane:6443` },
          ],
          resources: { limits: { cpu: '100m', memory: '50Mi' }, requests: { cpu: '100m', memory: '50Mi' } },
          securityContext: { privileged: false, capabilities: { add: ['NET_RAW', 'NET_ADMIN'] } },
          volumeMounts: [
            mount('cni-cfg', '/etc/cni/net.d'),
            mount('xtables-lock', '/run/xtables.lock'),
            mount('lib-modules', '/lib/modules', true),
          ],
        },
      ],
      hostNetwork: true,
      serviceAccountName: 'kindnet',
      tolerations: [{ operator: 'Exists' }],
      volumes: [
        hostPath('cni-cfg', '/etc/cni/net.d', 'DirectoryOrCreate'),
        hostPath('xtables-lock', '/run/xtables.lock', 'FileOrCreate'),
        hostPath('lib-modules', '/lib/modules'),
      ],
    },
  };
}

/** Source: kind `images/base/files/kind/manifests/default-storage.yaml`. */
function localPathProvisioner(): Addon {
  return {
    kind: 'Deployment',
    namespace: 'local-path-storage',
    name: 'local-path-provisioner',
    labels: {},
    podLabels: { app: 'local-path-provisioner' },
    replicas: 1,
    podSpec: {
      containers: [
        {
          name: 'local-path-provisioner',
          image: IMAGES.localPathProvisioner,
          imagePullPolicy: 'IfNotPresent',
          command: [
            'local-path-provisioner',
            '--debug',
            'start',
            '--helper-image',
            IMAGES.localPathHelper,
            '--config',
            '/etc/config/config.json',
          ],
          env: [fieldRef('POD_NAMESPACE', 'metadata.namespace')],
          volumeMounts: [mount('config-volume', '/etc/config/')],
        },
      ],
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      serviceAccountName: 'local-path-provisioner-service-account',
      tolerations: [
        { key: 'node-role.kubernetes.io/control-plane', operator: 'Equal', effect: 'NoSchedule' },
        { key: 'node-role.kubernetes.io/master', operator: 'Equal', effect: 'NoSchedule' },
      ],
      volumes: [{ name: 'config-volume', configMap: { name: 'local-path-config', defaultMode: 420 } }],
    },
  };
}

const httpProbe = (path: string, port: number): object => ({ httpGet: { path, port, scheme: 'HTTP' } });

/** Source: Kubernetes `cmd/kubeadm/app/phases/addons/dns/manifests.go`. */
function coredns(): Addon {
  return {
    kind: 'Deployment',
    namespace: 'kube-system',
    name: 'coredns',
    labels: { 'k8s-app': 'kube-dns' },
    podLabels: { 'k8s-app': 'kube-dns' },
    replicas: 2,
    podSpec: {
      priorityClassName: 'system-cluster-critical',
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: {
                labelSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
                topologyKey: 'kubernetes.io/hostname',
              },
            },
          ],
        },
      },
      containers: [
        {
          name: 'coredns',
          image: IMAGES.coredns,
          imagePullPolicy: 'IfNotPresent',
          args: ['-conf', '/etc/coredns/Corefile'],
          livenessProbe: {
            ...httpProbe('/health', 8080),
            failureThreshold: 5,
            initialDelaySeconds: 60,
            periodSeconds: 10,
            successThreshold: 1,
            timeoutSeconds: 5,
          },
          readinessProbe: { ...httpProbe('/ready', 8181), failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 },
          ports: [
            { containerPort: 53, name: 'dns', protocol: 'UDP' },
            { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
            { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
          ],
          resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
          volumeMounts: [mount('config-volume', '/etc/coredns', true)],
        },
      ],
      dnsPolicy: 'Default',
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      serviceAccountName: 'coredns',
      tolerations: [
        { key: 'CriticalAddonsOnly', operator: 'Exists' },
        { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
      ],
      volumes: [
        { name: 'config-volume', configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }], defaultMode: 420 } },
      ],
    },
  };
}
