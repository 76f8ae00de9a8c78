import { formatTime, type KubeObject } from '@svclab/kube-api';
import type { KubeProxy, ProxyStatus } from './kube-proxy.js';
import type { NodeTools } from './node-tools.js';

/** What a server of kube-proxy answers to a GET. */
export interface HttpAnswer {
  readonly status: 200 | 404 | 503;
  readonly contentType: string;
  readonly headers: readonly string[];
  readonly body: string;
}

const NO_SNIFF = 'X-Content-Type-Options: nosniff';

/**
 * The HTTP servers of all kube-proxies: health (10256), metrics (10249) and one per health check node port.
 * pkg/proxy/healthcheck, cmd/kube-proxy/app/server.go. Asking counts, as in life.
 */
export class ProxyServers {
  constructor(
    private readonly kubeProxy: KubeProxy,
    private readonly toolsOf: (nodeName: string) => Pick<NodeTools, 'run'>,
  ) {}

  /** Port 10256: `/healthz` asks load balancers away from a node that goes, `/livez` looks at kube-proxy alone. */
  health(nodeName: string, path: string, nowUs: number): HttpAnswer {
    const status = this.kubeProxy.status(nodeName);
    if (!status || (path !== '/healthz' && path !== '/livez')) return notFound;
    const isHealthy = this.#isHealthy(nodeName, status, nowUs);
    const startedUs = this.kubeProxy.metrics.startedUs(nodeName);
    const currentTime = goTime(nowUs, startedUs);
    const lastUpdated = isHealthy ? currentTime : goTime(status.lastSyncUs, startedUs);
    const times = `"lastUpdated": "${lastUpdated}","currentTime": "${currentTime}"`;
    const isEligible = eligible(this.kubeProxy.node(nodeName));
    const isFine = isHealthy && (path === '/livez' || isEligible);
    const code = isFine ? 200 : 503;
    this.kubeProxy.metrics.count(nodeName, `proxy_${path.slice(1)}_total{code="${code}"}`);
    return json(code, path === '/livez' ? `{${times}}` : `{${times}, "nodeEligible": ${isEligible}}`, [NO_SNIFF]);
  }

  /** Port 10249, on loopback. */
  metrics(nodeName: string, path: string): HttpAnswer {
    const status = this.kubeProxy.status(nodeName);
    if (!status) return notFound;
    switch (path) {
      case '/healthz':
        return text('ok', [NO_SNIFF]);
      case '/proxyMode':
        return text(status.mode, [NO_SNIFF]);
      case '/configz':
        return json(200, JSON.stringify({ 'kubeproxy.config.k8s.io': status.configuration }), []);
      case '/metrics':
        return {
          ...text(this.kubeProxy.metrics.text(nodeName, this.#momentary(nodeName, status)), []),
          contentType: 'text/plain; version=0.0.4; charset=utf-8; escaping=values',
        };
      default:
        return { ...notFound, headers: [NO_SNIFF] };
    }
  }

  /** A health check node port; `undefined` where it serves none. Every path answers. */
  serviceHealth(nodeName: string, port: number, nowUs: number): HttpAnswer | undefined {
    const status = this.kubeProxy.status(nodeName);
    const health = status?.healthChecks[port];
    if (!status || !health) return undefined;
    const { namespace, name, localEndpoints } = health;
    const serviceProxyHealthy = this.#isHealthy(nodeName, status, nowUs);
    const body = JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy }, undefined, '\t');
    const headers = [NO_SNIFF, `X-Load-Balancing-Endpoint-Weight: ${localEndpoints}`];
    return json(localEndpoints > 0 && serviceProxyHealthy ? 200 : 503, body, headers);
  }

  /** Nothing has waited for a sync for two sync periods (pkg/proxy/healthcheck/proxier_health.go). */
  #isHealthy(nodeName: string, { pendingSinceUs }: ProxyStatus, nowUs: number): boolean {
    return pendingSinceUs === 0 || nowUs - pendingSinceUs < 2_000 * this.kubeProxy.syncPeriodMs(nodeName);
  }

  #momentary(nodeName: string, { changes, mode }: ProxyStatus): Readonly<Record<string, number>> {
    const pending = {
      sync_proxy_rules_endpoint_changes_pending: Object.keys(changes.endpoints).length,
      sync_proxy_rules_service_changes_pending: Object.keys(changes.services).length,
    };
    if (mode !== 'iptables') return pending;
    const { stdout } = this.toolsOf(nodeName).run(['nfacct', 'list']);
    const packets = (counter: string): number => Number(new RegExp(`pkts = (\\d+), bytes = \\d+ } = ${counter}`).exec(stdout)?.[1] ?? 0);
    return {
      ...pending,
      iptables_ct_state_invalid_dropped_packets_total: packets('ct_state_invalid_dropped_pkts'),
      iptables_localhost_nodeports_accepted_packets_total: packets('localhost_nps_accepted_pkts'),
    };
  }
}

const text = (body: string, headers: readonly string[]): HttpAnswer => ({
  status: 200,
  contentType: 'text/plain; charset=utf-8',
  headers,
  body,
});

const json = (status: HttpAnswer['status'], body: string, headers: readonly string[]): HttpAnswer => ({
  status,
  contentType: 'application/json',
  headers,
  body,
});

const notFound: HttpAnswer = { status: 404, contentType: 'text/plain; charset=utf-8', headers: [NO_SNIFF], body: '404 page not found\n' };

/** A node that is being deleted, by hand or by the cluster autoscaler, wants no new traffic. */
function eligible(node: Readonly<KubeObject> | undefined): boolean {
  const taints: readonly { readonly key: string }[] = node?.spec?.['taints'] ?? [];
  return node?.metadata.deletionTimestamp === undefined && !taints.some(({ key }) => key === 'ToBeDeletedByClusterAutoscaler');
}

/** How Go prints a time that also holds a monotonic reading: `2024-09-28 13:46:15.123456 +0000 UTC m=+3600.123456000`. */
function goTime(us: number, processStartedUs: number): string {
  const [date, time] = formatTime(us).slice(0, -1).split('T') as [string, string];
  const fraction = String(us % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const sinceUs = us - processStartedUs;
  const monotonic = `${Math.floor(sinceUs / 1e6)}.${String(sinceUs % 1_000_000).padStart(6, '0')}000`;
  return `${date} ${time}${fraction === '' ? '' : `.${fraction}`} +0000 UTC m=+${monotonic}`;
}
