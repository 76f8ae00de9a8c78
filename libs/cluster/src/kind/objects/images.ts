/** The release that the node image `kindest/node:v1.31.0` carries. */
export const KUBERNETES_VERSION = 'v1.31.0';
export const NODE_IMAGE = `kindest/node:${KUBERNETES_VERSION}`;

const kubernetes = (component: string): string => `registry.k8s.io/${component}:${KUBERNETES_VERSION}`;

/** Images inside the node image, so that no node pulls them. */
export const IMAGES = {
  apiServer: kubernetes('kube-apiserver'),
  controllerManager: kubernetes('kube-controller-manager'),
  scheduler: kubernetes('kube-scheduler'),
  kubeProxy: kubernetes('kube-proxy'),
  etcd: 'registry.k8s.io/etcd:3.5.15-0',
  coredns: 'registry.k8s.io/coredns/coredns:v1.11.1',
  pause: 'registry.k8s.io/pause:3.10',
  kindnetd: 'docker.io/kindest/kindnetd:v20240813-c6f155d6',
  localPathProvisioner: 'docker.io/kindest/local-path-provisioner:v20240813-c6f155d6',
  localPathHelper: 'docker.io/kindest/local-path-helper:v20230510-486859a6',
} as const;
