import { nameSuffix } from '../../identity.js';
import { forbiddenRequest } from '../../status.js';
import type { KubeObject, Status } from '../../types.js';
import type { KindContext } from '../kind.js';
import { podSpecOf, type PodSpec, type Toleration } from './fields.js';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** A little over an hour, so that tokens of the kubelet's own can be told from others (serviceaccount admission `expirationSeconds`). */
const TOKEN_SECONDS = 3607;
/** How long a pod stays on a node that is gone (`--default-not-ready-toleration-seconds`). */
const TOLERATION_SECONDS = 300;

/** The classes that every cluster has (pkg/apis/scheduling). */
const systemPriorities: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** What kube-apiserver's admission adds to a new pod: service account, priority, tolerations (plugin/pkg/admission). */
export function admitPod(pod: KubeObject, context: KindContext): Status | undefined {
  const spec = podSpecOf(pod);
  if (context.config.featureGates['InPlacePodVerticalScaling']) applyResizePolicy(spec);
  return admitServiceAccount(pod, spec, context) ?? admitPriority(pod, spec, context) ?? admitTolerations(spec);
}

/** Containers of a cluster that can resize pods in place say what a resize does to them (`setDefaultResizePolicy`). */
function applyResizePolicy(spec: PodSpec): void {
  for (const container of spec.containers ?? []) {
    const { limits, requests } = container.resources ?? {};
    for (const resourceName of ['cpu', 'memory']) {
      const isAskedFor = limits?.[resourceName] !== undefined || requests?.[resourceName] !== undefined;
      const policies = container.resizePolicy ?? [];
      if (!isAskedFor || policies.some((policy) => policy.resourceName === resourceName)) continue;
      container.resizePolicy = [...policies, { resourceName, restartPolicy: 'NotRequired' }];
    }
  }
}

/** Admission comes before a name is generated: it speaks of `webpod-5d979d89d9-`. */
const askedName = ({ metadata }: Readonly<KubeObject>): string => metadata.generateName || metadata.name;

/** Static pods are shown by a mirror that the kubelet makes; it gets no service account. */
const isMirror = (pod: Readonly<KubeObject>): boolean => pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

function admitServiceAccount(pod: KubeObject, spec: PodSpec, context: KindContext): Status | undefined {
  if (isMirror(pod)) return undefined;
  const name = (spec.serviceAccountName ??= 'default');
  spec.serviceAccount = name;
  const namespace = pod.metadata.namespace ?? '';
  const account = context.store.get(context.resources.find('serviceaccounts')!, namespace, name);
  // Simplification: the account `default` counts as present from the first moment of its namespace; in a real cluster a controller makes it a little later, and pods are refused until then.
  if (!account && name !== 'default')
    return forbiddenRequest(
      context.resource,
      askedName(pod),
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    );
  if (spec.automountServiceAccountToken ?? (account?.['automountServiceAccountToken'] as boolean | undefined) ?? true)
    mountToken(spec, context);
  return undefined;
}

function mountToken(spec: PodSpec, context: KindContext): void {
  const existing = spec.volumes?.find((volume) => volume.name.startsWith('kube-api-access-'));
  const name = existing?.name ?? `kube-api-access-${nameSuffix(context.sim.random('kube-api.names'))}`;
  let mounted = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const mounts = (container.volumeMounts ??= []);
    if (mounts.some((mount) => mount.mountPath === TOKEN_PATH)) continue;
    mounts.push({ name, readOnly: true, mountPath: TOKEN_PATH });
    mounted = true;
  }
  if (!mounted || existing) return;
  (spec.volumes ??= []).push({
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  });
}

function admitPriority(pod: KubeObject, spec: PodSpec, context: KindContext): Status | undefined {
  const className = spec.priorityClassName ?? '';
  if (className && !Object.hasOwn(systemPriorities, className))
    return forbiddenRequest(context.resource, askedName(pod), `no PriorityClass with name ${className} was found`);
  const priority = className ? systemPriorities[className]! : 0;
  if (spec.priority !== undefined && spec.priority !== priority)
    return forbiddenRequest(
      context.resource,
      askedName(pod),
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    );
  spec.priority = priority;
  spec.preemptionPolicy ??= 'PreemptLowerPriority';
  return undefined;
}

function admitTolerations(spec: PodSpec): undefined {
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    if ((spec.tolerations ?? []).some((toleration) => toleratesEviction(toleration, key))) continue;
    (spec.tolerations ??= []).push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: TOLERATION_SECONDS });
  }
}

const toleratesEviction = ({ key, effect }: Toleration, taint: string): boolean =>
  (key === taint || !key) && (effect === 'NoExecute' || !effect);
