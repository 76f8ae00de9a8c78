export { ENGINE_VERSION } from './engine-version.js';
export type * from './entry.js';
export { MAX_REQUESTS } from './entries/requests.js';
export type { ReadQuery } from './reads/index.js';
export type { ClusterSummary, KubernetesQuery } from './reads/kubernetes.js';
export type { LogPosition, PodLogAnswer, PodLogQuery } from './reads/pod-log.js';
export type { NodeQuery } from './reads/node.js';
export { Sandbox, type ExecuteContext } from './sandbox.js';
export { MIGRATIONS, upgradeSnapshot, type Migration, type Snapshot } from './snapshot.js';
