import type { Addon } from './addons.js';

const template = ({ podLabels, podSpec }: Addon): object => ({ metadata: { labels: podLabels }, spec: podSpec });

const metadata = ({ name, namespace, labels }: Addon): object => ({ name, namespace, ...(Object.keys(labels).length ? { labels } : {}) });

/** What selects an addon's pods: kind's and kubeadm's manifests use the pods' own labels but for kindnet, which goes by one. */
const selector = ({ name, podLabels }: Addon): { [name: string]: string } => (name === 'kindnet' ? { app: 'kindnet' } : { ...podLabels });

export const daemonSet = (addon: Addon): object => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: metadata(addon),
  spec: {
    revisionHistoryLimit: 10,
    selector: { matchLabels: selector(addon) },
    template: template(addon),
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  },
});

export const deployment = (addon: Addon): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(addon),
  spec: {
    progressDeadlineSeconds: 600,
    replicas: addon.replicas,
    revisionHistoryLimit: 10,
    selector: { matchLabels: selector(addon) },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: addon.name === 'coredns' ? 1 : '25%' } },
    template: template(addon),
  },
});
