import type { CoreDns } from '@svclab/coredns';
import type { ApiServer } from '@svclab/kube-api';
import type { KubeProxy, KubeProxyConfiguration } from '@svclab/kube-proxy';
import { assert } from '@svclab/sim';
import { parse } from 'yaml';
import type { Kindnet } from '../kindnet/kindnet.js';
import type { Daemons, PodSandbox } from '../workloads/container-runtime.js';
import type { Daemon } from '../workloads/images.js';

/** Connects the containers of kube-proxy, kindnetd and coredns with the engines that do their work. */
export class NodeDaemons implements Daemons {
  constructor(
    private readonly api: ApiServer,
    private readonly kubeProxy: KubeProxy,
    private readonly kindnet: Kindnet,
    private readonly coreDns: CoreDns,
  ) {}

  /** CoreDNS needs no start: it reads its Corefile with the first query. */
  start(daemon: Daemon, { node, netns }: Where): void {
    if (daemon === 'kindnetd') this.kindnet.start(node, netns, [this.api.config.podCidr]);
    else if (daemon === 'kube-proxy') this.#startKubeProxy(node);
  }

  stop(daemon: Daemon, { node, netns }: Where): void {
    if (daemon === 'kindnetd') this.kindnet.stop(node);
    else if (daemon === 'kube-proxy') this.kubeProxy.stop(node);
    else this.coreDns.stop(netns);
  }

  /** Reads its ConfigMap, as the container does that mounts it. */
  #startKubeProxy(node: string): void {
    const configMap = this.api.get('configmaps', 'kube-system', 'kube-proxy');
    const text: string | undefined = configMap?.['data']?.['config.conf'];
    assert(text !== undefined, 'a kube-proxy needs the ConfigMap kube-system/kube-proxy');
    this.kubeProxy.start(node, configurationOf(text));
  }
}

type Where = Pick<PodSandbox, 'node' | 'netns'>;

/** Parsed once for all nodes: they read the same text. */
let last: { readonly text: string; readonly configuration: KubeProxyConfiguration } | undefined;

function configurationOf(text: string): KubeProxyConfiguration {
  if (last?.text !== text) last = { text, configuration: parse(text) as KubeProxyConfiguration };
  return last.configuration;
}
