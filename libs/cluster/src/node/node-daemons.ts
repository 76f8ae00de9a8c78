import type { CoreDns } from '@svclab/coredns';
import type { ApiServer } from '@svclab/kube-api';
import type { KubeProxy } from '@svclab/kube-proxy';
import { ok, type Result } from '@svclab/sim';
import type { Kindnet } from '../kindnet/kindnet.js';
import type { Daemons, PodSandbox } from '../workloads/container-runtime.js';
import type { Daemon } from '../workloads/images.js';
import { kubeProxyConfiguration } from './kube-proxy-configuration.js';

/** Connects the containers of kube-proxy, kindnetd and coredns with the engines that do their work. */
export class NodeDaemons implements Daemons {
  constructor(
    private readonly api: ApiServer,
    private readonly kubeProxy: KubeProxy,
    private readonly kindnet: Kindnet,
    private readonly coreDns: CoreDns,
  ) {}

  /**
   * Lets a daemon work; the error is what it says before it exits with 1. CoreDNS needs no start: it reads its
   * Corefile with the first query.
   */
  start(daemon: Daemon, { node, netns }: Where): Result<void, string> {
    if (daemon === 'kindnetd') this.kindnet.start(node, netns, [this.api.config.podCidr]);
    else if (daemon === 'kube-proxy') return this.#startKubeProxy(node);
    return ok(undefined);
  }

  stop(daemon: Daemon, { node, netns }: Where): void {
    if (daemon === 'kindnetd') this.kindnet.stop(node);
    else if (daemon === 'kube-proxy') this.kubeProxy.stop(node);
    else this.coreDns.stop(netns);
  }

  #startKubeProxy(node: string): Result<void, string> {
    const configuration = kubeProxyConfiguration(this.api);
    return configuration.ok ? this.kubeProxy.start(node, configuration.value) : this.kubeProxy.refuse(node, configuration.error);
  }
}

type Where = Pick<PodSandbox, 'node' | 'netns'>;
