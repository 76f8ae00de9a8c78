/** Who asks, as far as the cluster knows: whoever holds a sandbox's key is its administrator. */
const OWNER = { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] };

/** Questions about the asker's own rights (authorization.k8s.io/v1, authentication.k8s.io/v1): answered, never stored. */
const statuses: Readonly<Record<string, object>> = {
  selfsubjectaccessreviews: { allowed: true, reason: 'the sandbox is yours' },
  selfsubjectrulesreviews: {
    incomplete: false,
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  },
  selfsubjectreviews: { userInfo: OWNER },
};

const REVIEW_PATH = /^\/apis\/(?:authorization|authentication)\.k8s\.io\/v1\/([a-z]+)$/;

/** The answer to a review posted to `path`; undefined for any other path. */
// Simplification: there is no RBAC in the sandbox: its owner may do everything, and says so.
export function reviewed(path: string, review: unknown): object | undefined {
  const plural = REVIEW_PATH.exec(path)?.[1];
  if (plural === undefined || !Object.hasOwn(statuses, plural)) return undefined;
  return { metadata: {}, ...(review as object), status: statuses[plural] };
}
