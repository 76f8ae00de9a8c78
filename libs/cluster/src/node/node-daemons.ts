import type { CoreDns } from '@svclab/coredns';
import type { ApiServer } from '@svclab/kube-api';
import { decodeConfiguration, type KubeProxy, type KubeProxyConfiguration } from '@svclab/kube-proxy';
import { err, ok, type Result } from '@svclab/sim';
import { parseDocument } from 'yaml';
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

  /** Reads its ConfigMap, as the container does that mounts it. The error is what kube-proxy says before it exits with 1. */
  #startKubeProxy(node: string): Result<void, string> {
    const configMap = this.api.get('configmaps', 'kube-system', 'kube-proxy');
    const configuration = configurationOf(configMap?.['data']?.['config.conf']);
    return configuration.ok ? this.kubeProxy.start(node, configuration.value) : this.kubeProxy.refuse(node, configuration.error);
  }
}

type Where = Pick<PodSandbox, 'node' | 'netns'>;

/** Parsed once for all nodes: they read the same text. */
let last: { readonly text: string; readonly configuration: Result<KubeProxyConfiguration, string> } | undefined;

// Simplification: while the ConfigMap or its key is missing, kube-proxy ends at once; a real kubelet would not start the container before it can mount it.
function configurationOf(text: string | undefined): Result<KubeProxyConfiguration, string> {
  if (text === undefined) return err('failed complete: open /var/lib/kube-proxy/config.conf: no such file or directory');
  if (last?.text !== text) last = { text, configuration: read(text) };
  return last.configuration;
}

function read(text: string): Result<KubeProxyConfiguration, string> {
  const document = parseDocument(text, { prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    const line = text.slice(0, broken.pos[0]).split('\n').length;
    return err(`failed complete: error converting YAML to JSON: yaml: line ${line}: ${broken.message}`);
  }
  const decoded = decodeConfiguration(document.toJS());
  return decoded.ok ? decoded : err(`failed complete: ${decoded.error}`);
}
