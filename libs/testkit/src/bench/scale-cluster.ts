import { ApiServer, type KubeObject } from '@svclab/kube-api';
import { registerControllers, type PodRuntime } from '@svclab/kube-controllers';
import { ok, Sim } from '@svclab/sim';
import { formatAddress } from '@svclab/wire';
import type { Figure } from './figures.js';

const NODES = 5_000;
const PODS = 10_000;
const DEPLOYMENTS = 100;
const GOAL_MS = 10_000;

const FIRST_POD = 0x0a000002;
const FIRST_NODE = 0xac180002;

/** Containers that start and stay, as KWOK's do: a control plane by itself, without a network behind it. */
class ScaleRuntime implements PodRuntime {
  #pods = 0;

  startSandbox(pod: Readonly<KubeObject>): ReturnType<PodRuntime['startSandbox']> {
    return ok({
      podIP: formatAddress(FIRST_POD + this.#pods++),
      hostIP: nodeAddress(Number((pod.spec!['nodeName'] as string).slice('node-'.length))),
    });
  }

  startContainer(
    _pod: Readonly<KubeObject>,
    container: { readonly name: string; readonly image: string },
  ): ReturnType<PodRuntime['startContainer']> {
    return ok({ containerID: `containerd://${this.#pods}`, imageID: `docker.io/library/${container.image}@sha256:0` });
  }

  stop(): void {}

  imageSizeBytes(): number {
    return 3_000_000;
  }
}

const nodeAddress = (number: number): string => formatAddress(FIRST_NODE + number);

/** One sandbox of the scale profile: nodes until all are Ready, then pods of Deployments until all run. */
export async function scaleCluster(): Promise<Figure[]> {
  const sim = new Sim();
  const api = new ApiServer(sim);
  registerControllers({ sim, api, runtime: new ScaleRuntime() });
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: 1_727_000_000_000_000 });
  api.configure({ serviceCidr: '172.16.0.0/16', podCidr: '10.0.0.0/8' });
  for (const name of ['default', 'kube-system', 'kube-node-lease']) create(api, 'namespaces', { metadata: { name } });
  sim.settle();
  sim.commitEntry();

  const nodesMs = timed(() => {
    sim.beginEntry(2);
    for (let number = 0; number < NODES; number++) create(api, 'nodes', nodeObject(number));
    sim.settle();
    sim.commitEntry();
  });
  const ready = api.list('nodes').filter(({ status }) => status!['conditions'][0].status === 'True').length;

  const podsMs = timed(() => {
    sim.beginEntry(3);
    for (let i = 0; i < DEPLOYMENTS; i++) create(api, 'deployments', deploymentObject(`scale-${i}`, PODS / DEPLOYMENTS));
    sim.settle();
    sim.commitEntry();
  });
  const running = api.list('pods').filter(({ status }) => status!['phase'] === 'Running').length;

  const together = nodesMs + podsMs;
  const isAll = ready === NODES && running === PODS;
  return [
    {
      what: `${ready} nodes Ready and ${running} pods Running in one sandbox, made by ${DEPLOYMENTS} Deployments`,
      measured: `${Math.round(together)} ms: nodes ${Math.round(nodesMs)} ms, pods ${Math.round(podsMs)} ms`,
      goal: { text: `all, in ${GOAL_MS / 1_000} s together`, met: isAll && together <= GOAL_MS },
    },
  ];
}

function timed(body: () => void): number {
  const startMs = performance.now();
  body();
  return performance.now() - startMs;
}

function create(api: ApiServer, resource: string, object: object): void {
  const created = api.create(resource, object, 'default');
  if (!created.ok) throw new Error(created.error.message);
}

const nodeObject = (number: number): object => ({
  metadata: { name: `node-${number}`, labels: { 'kubernetes.io/hostname': `node-${number}`, 'kubernetes.io/os': 'linux' } },
  status: {
    addresses: [{ type: 'InternalIP', address: nodeAddress(number) }],
    allocatable: { cpu: '8', memory: '16Gi', pods: '110' },
    capacity: { cpu: '8', memory: '16Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
  },
});

function deploymentObject(name: string, replicas: number): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } };
  return { metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template } };
}
