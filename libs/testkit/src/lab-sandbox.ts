import { Sandbox, type EntryInput } from '@svclab/sandbox';

/** The lab's three web pods, its client pod and its ClusterIP Service. */
export const LAB_MANIFEST = `${[1, 2, 3]
  .map(
    (n) => `apiVersion: v1
kind: Pod
metadata:
  name: webpod${n}
  labels:
    app: webpod
spec:
  nodeName: myk8s-worker${n === 1 ? '' : n}
  containers:
  - name: container
    image: traefik/whoami
  terminationGracePeriodSeconds: 0
---
`,
  )
  .join('')}apiVersion: v1
kind: Pod
metadata:
  name: net-pod
spec:
  nodeName: myk8s-control-plane
  containers:
  - name: netshoot-pod
    image: nicolaka/netshoot
    command: ["tail"]
    args: ["-f", "/dev/null"]
  terminationGracePeriodSeconds: 0
---
apiVersion: v1
kind: Service
metadata:
  name: svc-clusterip
spec:
  ports:
  - name: svc-webport
    port: 9000
    targetPort: 80
  selector:
    app: webpod
`;

/** A committed sandbox in which the lab's ClusterIP section can start: pods, Service, and `SVC1` set in the host's shell. */
export async function labSandbox(options: { seed?: number } = {}): Promise<Sandbox> {
  const sandbox = await kindSandbox(options.seed ?? 1);
  await perform(sandbox, { kind: 'manifests', text: LAB_MANIFEST });
  await perform(sandbox, { kind: 'exec', command: 'SVC1=$(kubectl get svc svc-clusterip -o jsonpath={.spec.clusterIP})' });
  return sandbox;
}

/** A committed sandbox with the lab's cluster and nothing in it. */
export async function kindSandbox(seed: number): Promise<Sandbox> {
  const { sandbox } = await Sandbox.create({ kind: 'create', profile: 'kind', seed, startUs: Date.UTC(2024, 8, 28) * 1000 });
  sandbox.commit();
  return sandbox;
}

/** Executes and commits one entry; throws what the sandbox refuses. */
export async function perform(sandbox: Sandbox, input: EntryInput): Promise<any> {
  const { answer } = await sandbox.execute(input);
  if (!answer.ok) throw new Error(answer.problem.detail);
  sandbox.commit();
  return answer.value;
}

/** One line of the lab shell, as `exec` runs it. */
export const exec = (
  sandbox: Sandbox,
  command: string,
  at?: string,
): Promise<{ stdout: string; stderr: string; exitCode: number; virtualMs: number }> =>
  perform(sandbox, { kind: 'exec', command, ...(at ? { at } : {}) });
