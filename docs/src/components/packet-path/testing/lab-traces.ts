import type { Trace } from '@svclab/netstack';
import type { Sandbox } from '@svclab/sandbox';
import { exec, labSandbox, perform } from '@svclab/testkit';
import type { TracedRequest } from '../trace-store.js';

/** Requests of the lab, sent in a sandbox of its own for each spec: nothing here is written by hand. */
export interface LabTraces {
  /** net-pod to the ClusterIP; the first goes to a pod on another node. */
  readonly clusterIp: TracedRequest;
  /** A worker node to the ClusterIP: masqueraded. */
  readonly fromNode: TracedRequest;
  /** The same node to itself over loopback. */
  readonly loopback: TracedRequest;
  /** A port that no rule knows. */
  readonly wrongPort: TracedRequest;
  /** A pod on which nothing listens there. */
  readonly noListener: TracedRequest;
  readonly ping: TracedRequest;
  /** Every branch, explored instead of sent. */
  readonly branches: readonly TracedRequest[];
  /** The second request of a client with session affinity. */
  readonly affinity: TracedRequest;
  /** The Service without endpoints. */
  readonly refused: TracedRequest;
}

export async function labTraces(): Promise<LabTraces> {
  const sandbox = await labSandbox({ seed: 11 });
  const service = (await exec(sandbox, 'echo $SVC1')).stdout.trim();
  const pod = (await exec(sandbox, 'kubectl get pod webpod1 -o jsonpath={.status.podIP}')).stdout;
  const from = 'pod/default/net-pod';
  const clusterIp = await send(sandbox, { from, to: `${service}:9000` });
  const fromNode = await send(sandbox, { from: 'node/myk8s-worker', to: `${service}:9000` });
  const loopback = await send(sandbox, { from: 'node/myk8s-worker', to: '127.0.0.1:10248' });
  const wrongPort = await send(sandbox, { from, to: `${service}:80`, connectTimeoutSeconds: 1 });
  const noListener = await send(sandbox, { from, to: `${pod}:81` });
  const ping = await send(sandbox, { from, to: pod, protocol: 'icmp' });
  const branches = explore(sandbox, { from, to: `${service}:9000` });
  await exec(sandbox, `kubectl patch svc svc-clusterip -p '{"spec":{"sessionAffinity":"ClientIP"}}'`);
  await send(sandbox, { from, to: `${service}:9000` });
  const affinity = await send(sandbox, { from, to: `${service}:9000` });
  await exec(sandbox, 'kubectl delete pod -l app=webpod');
  const refused = await send(sandbox, { from, to: `${service}:9000` });
  return { clusterIp, fromNode, loopback, wrongPort, noListener, ping, branches, affinity, refused };
}

interface Question {
  readonly from: string;
  readonly to: string;
  readonly protocol?: 'icmp';
  readonly connectTimeoutSeconds?: number;
}

async function send(sandbox: Sandbox, question: Question): Promise<TracedRequest> {
  const { traces } = await perform(sandbox, { kind: 'requests', ...question, trace: 'first' });
  // What the browser gets has been through JSON.
  return JSON.parse(JSON.stringify(traces[0])) as TracedRequest;
}

function explore(sandbox: Sandbox, question: Question): readonly TracedRequest[] {
  const answer = sandbox.read({ kind: 'traces', ...question });
  if (!answer.ok) throw new Error(answer.problem.detail);
  const { branches } = answer.value as { branches: { trace: Trace; text: string }[] };
  return branches.map(({ trace, text }) => ({ trace, text }));
}
