import type { ClusterRecord } from '../records.js';
import { KUBERNETES_VERSION } from './images.js';

/** A ConfigMap of the fresh cluster. */
export interface ConfigMapData {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: { readonly [name: string]: string };
  readonly annotations?: { readonly [name: string]: string };
  readonly data: { readonly [file: string]: string };
}

export const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system', 'local-path-storage'] as const;

export function configMaps(cluster: ClusterRecord): ConfigMapData[] {
  const endpoint = `https://${cluster.name}-control-plane:6443`;
  return [
    ...NAMESPACES.map((namespace) => rootCertificate(namespace)),
    { namespace: 'kube-public', name: 'cluster-info', data: { kubeconfig: clusterInfo(endpoint) } },
    { namespace: 'kube-system', name: 'coredns', data: { Corefile: COREFILE } },
    { namespace: 'kube-system', name: 'kubeadm-config', data: { ClusterConfiguration: clusterConfiguration(cluster) } },
    { namespace: 'kube-system', name: 'kubelet-config', data: { kubelet: kubeletConfiguration(cluster) } },
    {
      namespace: 'kube-system',
      name: 'kube-proxy',
      labels: { app: 'kube-proxy' },
      data: { 'config.conf': kubeProxyConfiguration(cluster), 'kubeconfig.conf': kubeProxyKubeconfig(endpoint) },
    },
    { namespace: 'local-path-storage', name: 'local-path-config', data: { 'config.json': LOCAL_PATH_CONFIG } },
  ];
}

// Simplification: certificates are never checked here, so the cluster's authority is a placeholder of the right form.
export const PLACEHOLDER_CERTIFICATE = `-----BEGIN CERTIFICATE-----
c3ZjbGFiIHNpbXVsYXRlcyBhIGNsdXN0ZXI7IG5vdGhpbmcgY2hlY2tzIHRoaXMgY2VydGlmaWNhdGU=
-----END CERTIFICATE-----
`;

const rootCertificate = (namespace: string): ConfigMapData => ({
  namespace,
  name: 'kube-root-ca.crt',
  annotations: {
    'kubernetes.io/description':
      'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or ' +
      'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
  },
  data: { 'ca.crt': PLACEHOLDER_CERTIFICATE },
});

const clusterInfo = (endpoint: string): string => `apiVersion: v1
clusters:
- cluster:
    server: ${endpoint}
  name: ""
contexts: null
current-context: ""
kind: Config
preferences: {}
users: null
`;

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;

const LOCAL_PATH_CONFIG = `{
        "nodePathMap":[
        {
                "node":"DEFAULT_PATH_FOR_NON_LISTED_NODES",
                "paths":["/var/local-path-provisioner"]
        }
        ]
}
`;

const gateLines = (cluster: ClusterRecord, extra: { readonly [gate: string]: boolean } = {}): string => {
  const gates = { ...extra, ...cluster.featureGates };
  const names = Object.keys(gates).toSorted();
  return names.length ? `featureGates:\n${names.map((gate) => `  ${gate}: ${gates[gate]}\n`).join('')}` : '';
};

const argument = (name: string, value: string): string => `  - name: ${name}\n    value: ${value}\n`;

/** kubeadm's record of the cluster, in the form it stores: kubeadm.k8s.io/v1beta4. */
function clusterConfiguration(cluster: ClusterRecord): string {
  const gates = Object.keys(cluster.featureGates)
    .toSorted()
    .map((gate) => `${gate}=${cluster.featureGates[gate]}`)
    .join(',');
  const featureGates = gates ? argument('feature-gates', gates) : '';
  const runtimeConfig = Object.keys(cluster.runtimeConfig)
    .toSorted()
    .map((key) => `${key}=${cluster.runtimeConfig[key]}`)
    .join(',');
  return `apiServer:
  certSANs:
  - localhost
  - 127.0.0.1
  extraArgs:
${featureGates}${argument('runtime-config', runtimeConfig || '""')}apiVersion: kubeadm.k8s.io/v1beta4
caCertificateValidityPeriod: 87600h0m0s
certificateValidityPeriod: 8760h0m0s
certificatesDir: /etc/kubernetes/pki
clusterName: ${cluster.name}
controlPlaneEndpoint: ${cluster.name}-control-plane:6443
controllerManager:
  extraArgs:
${argument('enable-hostpath-provisioner', '"true"')}${featureGates}dns: {}
encryptionAlgorithm: RSA-2048
etcd:
  local:
    dataDir: /var/lib/etcd
imageRepository: registry.k8s.io
kind: ClusterConfiguration
kubernetesVersion: ${KUBERNETES_VERSION}
networking:
  dnsDomain: cluster.local
  podSubnet: ${cluster.podSubnet}
  serviceSubnet: ${cluster.serviceSubnet}
proxy: {}
scheduler:${featureGates ? `\n  extraArgs:\n${featureGates}` : ' {}\n'}`;
}

const kubeletConfiguration = (cluster: ClusterRecord): string => `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 0s
    cacheUnauthorizedTTL: 0s
cgroupDriver: systemd
cgroupRoot: /kubelet
clusterDNS:
- ${clusterDnsAddress(cluster.serviceSubnet)}
clusterDomain: cluster.local
containerRuntimeEndpoint: ""
cpuManagerReconcilePeriod: 0s
evictionHard:
  imagefs.available: 0%
  nodefs.available: 0%
  nodefs.inodesFree: 0%
evictionPressureTransitionPeriod: 0s
failSwapOn: false
${gateLines(cluster)}fileCheckFrequency: 0s
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: 0s
imageGCHighThresholdPercent: 100
imageMaximumGCAge: 0s
imageMinimumGCAge: 0s
kind: KubeletConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
memorySwap: {}
nodeStatusReportFrequency: 0s
nodeStatusUpdateFrequency: 0s
rotateCertificates: true
runtimeRequestTimeout: 0s
shutdownGracePeriod: 0s
shutdownGracePeriodCriticalPods: 0s
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
volumeStatsAggPeriod: 0s
`;

/** The tenth address of the service range, where kubeadm puts cluster DNS (`kubeadmconstants.GetDNSIP`). */
export function clusterDnsAddress(serviceSubnet: string): string {
  const [network] = serviceSubnet.split('/');
  const octets = network!.split('.').map(Number);
  return [...octets.slice(0, 3), octets[3]! + 10].join('.');
}

/** What kubeadm writes with kind's few settings: every member, most of them empty. */
// Simplification: MultiCIDRServiceAllocator is always written (off, as by default in 1.31), since the lab's own cluster shows it.
const kubeProxyConfiguration = (cluster: ClusterRecord): string => `apiVersion: kubeproxy.config.k8s.io/v1alpha1
bindAddress: 0.0.0.0
bindAddressHardFail: false
clientConnection:
  acceptContentTypes: ""
  burst: 0
  contentType: ""
  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
  qps: 0
clusterCIDR: ${cluster.podSubnet}
configSyncPeriod: 0s
conntrack:
  maxPerCore: 0
  min: null
  tcpBeLiberal: false
  tcpCloseWaitTimeout: null
  tcpEstablishedTimeout: null
  udpStreamTimeout: 0s
  udpTimeout: 0s
detectLocal:
  bridgeInterface: ""
  interfaceNamePrefix: ""
detectLocalMode: ""
enableProfiling: false
${gateLines(cluster, { MultiCIDRServiceAllocator: false })}healthzBindAddress: ""
hostnameOverride: ""
iptables:
  localhostNodePorts: null
  masqueradeAll: false
  masqueradeBit: null
  minSyncPeriod: 1s
  syncPeriod: 0s
ipvs:
  excludeCIDRs: null
  minSyncPeriod: 0s
  scheduler: ""
  strictARP: false
  syncPeriod: 0s
  tcpFinTimeout: 0s
  tcpTimeout: 0s
  udpTimeout: 0s
kind: KubeProxyConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
metricsBindAddress: ""
mode: ${cluster.kubeProxyMode}
nftables:
  masqueradeAll: false
  masqueradeBit: null
  minSyncPeriod: 0s
  syncPeriod: 0s
nodePortAddresses: null
oomScoreAdj: null
portRange: ""
showHiddenMetricsForVersion: ""
winkernel:
  enableDSR: false
  forwardHealthCheckVip: false
  networkName: ""
  rootHnsEndpointName: ""
  sourceVip: ""
`;

const kubeProxyKubeconfig = (endpoint: string): string => `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
    server: ${endpoint}
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
`;
