import { err, ok, Sim, type Result } from '@svclab/sim';
import { ApiServer, type KubeObject, type Status } from '@svclab/kube-api';
import type { ContainerFailure, ContainerSpec, PodAddresses, PodRuntime, StartedContainer } from '../kubelet/pod-runtime.js';
import { registerControllers } from '../register-controllers.js';

/** A container runtime that starts everything but the image `nowhere`, with addresses counted per node. */
export class ScriptedRuntime implements PodRuntime {
  readonly running = new Map<string, string[]>();
  readonly #nextIp = new Map<string, number>();

  startSandbox(pod: Readonly<KubeObject>): Result<PodAddresses, ContainerFailure> {
    const node = pod.spec!['nodeName'] as string;
    const number = Number(node.split('-')[1]);
    const last = (this.#nextIp.get(node) ?? 1) + 1;
    this.#nextIp.set(node, last);
    this.running.set(`${pod.metadata.namespace}/${pod.metadata.name}`, []);
    return ok({ podIP: `10.10.${number}.${last}`, hostIP: `172.18.0.${number}` });
  }

  startContainer(pod: Readonly<KubeObject>, container: ContainerSpec): Result<StartedContainer, ContainerFailure> {
    if (container.image === 'nowhere') return err({ reason: 'ErrImagePull', message: 'failed to resolve reference "docker.io/library/nowhere"' });
    this.running.get(`${pod.metadata.namespace}/${pod.metadata.name}`)!.push(container.name);
    return ok({ containerID: `containerd://${container.name}`, imageID: `docker.io/${container.image}@sha256:0` });
  }

  stop(namespace: string, name: string): void {
    this.running.delete(`${namespace}/${name}`);
  }

  imageSizeBytes(image: string): number | undefined {
    return image === 'nowhere' ? undefined : 2_829_799;
  }

  terminationMs(): number {
    return 1_000;
  }
}

/** Three nodes, all controllers, no network. Each test works inside one open entry. */
export class SmallCluster {
  readonly sim = new Sim();
  readonly api = new ApiServer(this.sim);
  readonly runtime: ScriptedRuntime;

  constructor(runtime = new ScriptedRuntime()) {
    this.runtime = runtime;
    registerControllers({ sim: this.sim, api: this.api, runtime: this.runtime });
    this.sim.beginEntry(1);
    this.sim.initialise({ seed: 7, startUs: 1_727_500_000_000_000 });
    this.api.configure({ serviceCidr: '10.200.1.0/24', podCidr: '10.10.0.0/16' });
    for (const name of ['default', 'kube-system', 'kube-node-lease']) this.create('namespaces', { metadata: { name } });
    for (const number of [1, 2, 3]) this.addNode(number);
    this.sim.settle();
  }

  addNode(number: number, spec: Record<string, unknown> = {}): void {
    const name = `node-${number}`;
    this.create('nodes', { metadata: { name, labels: { 'kubernetes.io/hostname': name } }, spec });
    const node = this.get('nodes', '', name);
    const addresses = [{ type: 'InternalIP', address: `172.18.0.${number}` }];
    const allocatable = { cpu: '4', memory: '8Gi', pods: '110' };
    must(this.api.updateStatus('nodes', { ...node, status: { addresses, allocatable, conditions: [{ type: 'Ready', status: 'True' }] } }));
  }

  create(resource: string, object: Record<string, unknown>): KubeObject {
    const { kind, group, version } = this.api.resources.find(resource)!;
    return must(this.api.create(resource, { apiVersion: group ? `${group}/${version}` : version, kind, ...object }));
  }

  pod(name: string, options: { nodeName?: string; labels?: Record<string, string>; image?: string; spec?: Record<string, unknown> } = {}): KubeObject {
    const { nodeName, labels = { app: 'web' }, image = 'traefik/whoami', spec } = options;
    const containers = [{ name: 'websrv', image, ports: [{ name: 'http', containerPort: 80 }] }];
    return this.create('pods', { metadata: { name, labels }, spec: { ...(nodeName !== undefined && { nodeName }), containers, ...spec } });
  }

  service(name: string, spec: Record<string, unknown> = {}): KubeObject {
    const ports = [{ name: 'svc-webport', port: 9000, targetPort: 80 }];
    return this.create('services', { metadata: { name, labels: { team: 'a' } }, spec: { selector: { app: 'web' }, ports, ...spec } });
  }

  get(resource: string, namespace: string, name: string): Readonly<KubeObject> {
    const object = this.api.get(resource, namespace, name);
    if (!object) throw new Error(`no ${resource} ${namespace}/${name}`);
    return object;
  }

  slices(service: string): readonly Readonly<KubeObject>[] {
    return this.api.list('endpointslices', { labelSelector: `kubernetes.io/service-name=${service}` });
  }

  /** `reason message (xN)` of the events about an object, in the order in which they came. */
  events(objectName: string): string[] {
    return this.api
      .list('events')
      .filter((event) => event['involvedObject'].name === objectName)
      .map((event) => `${event['type']} ${event['reason']} ${event['source'].component}: ${event['message']} x${event['count']}`);
  }
}

export function must<T>(result: Result<T, Status>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
