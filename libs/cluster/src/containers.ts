import type { ApiServer } from '@svclab/kube-api';
import type { Netstack } from '@svclab/netstack';
import { formatAddress, type Address } from '@svclab/wire';
import { DOCKER_HOST } from './kind/create-cluster.js';
import type { Docker } from './docker/docker.js';
import { EMBEDDED_DNS } from './docker/embedded-dns.js';
import { isRunning } from './docker/records.js';
import {
  addNodeFiles,
  addServiceAccount,
  clusterResolvConf,
  containerFiles,
  dockerHosts,
  dockerResolvConf,
  LOCAL_HOSTS,
  nodeResolvConf,
  podHosts,
} from './files/base-files.js';
import { StandingFiles } from './files/standing-files.js';
import { kubeconfigOf } from './kind/kubeconfig.js';
import type { ClusterRecord } from './kind/records.js';
import { clusterDnsAddress } from './kind/objects/config-maps.js';
import { kindnetConflist } from './kindnet/conflist.js';
import type { ContainerRuntime, PodSandbox } from './workloads/container-runtime.js';
import { findImage, type Userland } from './workloads/images.js';

/** A place where a command can run, other than the lab host. */
export interface ContainerView {
  readonly location: string;
  readonly netns: string;
  readonly hostname: string;
  readonly image: string;
  readonly userland: Userland;
  /** Variables that the runtime gives to each process beside its defaults. */
  readonly env: { readonly [name: string]: string };
  readonly workingDir: string;
  /** The node that a pod runs on. */
  readonly node?: string;
}

/** Every running container of a sandbox by its location in the shell. */
export class Containers {
  constructor(
    private readonly api: ApiServer,
    private readonly net: Netstack,
    private readonly docker: Docker,
    private readonly pods: ContainerRuntime,
    private readonly cluster: () => ClusterRecord | undefined,
  ) {}

  find(location: string): ContainerView | undefined {
    const [kind, ...rest] = location.split('/');
    if (kind === 'pod') return this.#podContainer(location, rest);
    const container = this.docker.find(rest.join('/'));
    if (!container || container.netns !== location || !isRunning(container)) return undefined;
    const { netns, hostname, image } = container;
    return { location, netns, hostname, image, userland: userlandOf(image), env: {}, workingDir: '/' };
  }

  /** The name that a process in this network namespace has for its machine. */
  hostnameIn(netns: string): string {
    if (netns === 'host') return 'docker-desktop';
    const [kind, namespace, name] = netns.split('/');
    // A server asks with every request: the rest of what a container is would be found for nothing.
    const hostname = kind === 'pod' ? this.pods.sandbox(namespace!, name!)?.hostname : this.find(netns)?.hostname;
    return hostname ?? netns.slice(netns.lastIndexOf('/') + 1);
  }

  standingFiles(location: string): StandingFiles {
    if (location === 'host') return this.#hostFiles();
    const view = this.find(location);
    if (!view) return new StandingFiles();
    const naming = view.node === undefined ? this.#dockerNaming(view) : this.#podNaming(view);
    const files = containerFiles(this.net, view.netns, view.userland, naming);
    this.#addRecentLists(files, view.netns);
    if (location.startsWith('node/')) return addNodeFiles(files, this.#conflist(location.slice('node/'.length)));
    return view.node === undefined ? files : addServiceAccount(files, location.split('/')[1]!);
  }

  /** kind writes how to reach its cluster into the home directory. */
  #hostFiles(): StandingFiles {
    const cluster = this.cluster();
    const files = new StandingFiles().add('/etc/hosts', LOCAL_HOSTS);
    return cluster ? files.add('/root/.kube/config', kubeconfigOf(cluster)) : files;
  }

  #podContainer(location: string, [namespace, name, containerName]: string[]): ContainerView | undefined {
    const sandbox = this.pods.sandbox(namespace!, name!);
    const [first] = this.#containerNames(namespace!, name!);
    const container = sandbox?.containers[containerName ?? first ?? ''];
    if (!sandbox || !container) return undefined;
    const { netns, hostname, node } = sandbox;
    const { image } = container;
    return { location, netns, hostname, image, node, userland: userlandOf(image), env: this.#serviceEnvironment(), workingDir: '/' };
  }

  /** In the order of the pod's specification: the first is the one that `kubectl exec` takes. */
  #containerNames(namespace: string, name: string): string[] {
    const pod = this.api.get('pods', namespace, name);
    return (pod?.spec?.['containers'] ?? []).map((container: { name: string }) => container.name);
  }

  /** Where a pod finds the API server. */
  // Simplification: the variables of other Services (enableServiceLinks) are left out.
  #serviceEnvironment(): { [name: string]: string } {
    const service = this.api.get('services', 'default', 'kubernetes');
    const clusterIP: string | undefined = service?.spec?.['clusterIP'];
    if (clusterIP === undefined) return {};
    return {
      KUBERNETES_PORT: `tcp://${clusterIP}:443`,
      KUBERNETES_PORT_443_TCP: `tcp://${clusterIP}:443`,
      KUBERNETES_PORT_443_TCP_ADDR: clusterIP,
      KUBERNETES_PORT_443_TCP_PORT: '443',
      KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
      KUBERNETES_SERVICE_HOST: clusterIP,
      KUBERNETES_SERVICE_PORT: '443',
      KUBERNETES_SERVICE_PORT_HTTPS: '443',
    };
  }

  #dockerNaming({ location, hostname, netns }: ContainerView) {
    const resolver = location.startsWith('node/') ? DOCKER_HOST : EMBEDDED_DNS;
    return { hostname, resolvConf: dockerResolvConf(resolver), hosts: dockerHosts(hostname, formatAddress(this.#ownAddress(netns) ?? 0)) };
  }

  #podNaming(view: ContainerView) {
    const [, namespace, name] = view.location.split('/') as [string, string, string];
    const { attachment } = this.pods.sandbox(namespace, name) as PodSandbox;
    const policy: string = this.api.get('pods', namespace, name)?.spec?.['dnsPolicy'] ?? 'ClusterFirst';
    const usesCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && attachment !== null);
    return {
      hostname: view.hostname,
      resolvConf: usesCluster ? clusterResolvConf(namespace, clusterDnsAddress(this.api.config.serviceCidr)) : nodeResolvConf(DOCKER_HOST),
      hosts: attachment
        ? podHosts(view.hostname, attachment.ipv4)
        : dockerHosts(view.hostname, formatAddress(this.#ownAddress(view.netns) ?? 0)),
    };
  }

  #addRecentLists(files: StandingFiles, netns: string): void {
    for (const list of this.net.netfilter.recentFiles(netns)) {
      files.add(`/proc/net/xt_recent/${list}`, { read: () => this.net.netfilter.recentFile(netns, list) });
    }
  }

  #conflist(node: string): string | undefined {
    const podCidr: string | undefined = this.api.get('nodes', undefined, node)?.spec?.['podCIDR'];
    return podCidr === undefined ? undefined : kindnetConflist(podCidr, this.net.link(`node/${node}`, 'eth0')!.mtu);
  }

  #ownAddress(netns: string): Address | undefined {
    return this.net.link(netns, 'eth0')?.addresses[0]?.prefix.address;
  }
}

const userlandOf = (image: string): Userland => findImage(image)?.userland ?? 'none';
