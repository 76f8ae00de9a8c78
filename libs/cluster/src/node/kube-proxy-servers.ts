import { ProxyServers, type HealthCheckSockets, type HttpAnswer, type KubeProxy } from '@svclab/kube-proxy';
import type { Connection, Netstack } from '@svclab/netstack';
import type { Sim } from '@svclab/sim';
import { GO_BAD_REQUEST, goResponse, parseHttpRequest } from '../workloads/http.js';
import { nodeTools } from './node-tools.js';

/** The applications behind kube-proxy's sockets. */
export const KUBE_PROXY_APPS = {
  healthz: 'kube-proxy-healthz',
  metrics: 'kube-proxy-metrics',
  serviceHealth: 'kube-proxy-service-health',
} as const;

const REASON = { 200: 'OK', 404: 'Not Found', 503: 'Service Unavailable' } as const;
const SERVICE_TIME_US = 300;
/** In `ss` after the sockets that kube-proxy opens when it starts. */
const ORDER = 110;

/** Lets kube-proxies answer on their nodes: health, metrics, and health checks of Services. */
export function registerKubeProxyServers(sim: Sim, net: Netstack, kubeProxy: KubeProxy): void {
  const servers = new ProxyServers(kubeProxy, (node) => nodeTools(net, `node/${node}`));
  const serve = (app: string, answer: (node: string, path: string, connection: Connection) => HttpAnswer | undefined): void =>
    net.registerApplication(app, (text, connection) => {
      const request = parseHttpRequest(text);
      if (!request) return { response: GO_BAD_REQUEST, serviceTimeUs: SERVICE_TIME_US };
      const node = connection.netns.replace(/^node\//, '');
      const answered = answer(node, request.target.split('?')[0]!, connection);
      return answered && { response: httpText(answered, sim.nowUs, request.method === 'HEAD'), serviceTimeUs: SERVICE_TIME_US };
    });
  serve(KUBE_PROXY_APPS.healthz, (node, path) => servers.health(node, path, sim.nowUs));
  serve(KUBE_PROXY_APPS.metrics, (node, path) => servers.metrics(node, path));
  serve(KUBE_PROXY_APPS.serviceHealth, (node, _path, { local }) => servers.serviceHealth(node, local.port, sim.nowUs));
}

/** Sockets on health check node ports, which belong to the kube-proxy process of their node. */
export function healthCheckSockets(net: Netstack): HealthCheckSockets {
  return {
    open(node, port) {
      const netns = `node/${node}`;
      const owner = net.sockets(netns).find((socket) => socket.process?.name === 'kube-proxy')?.process;
      net.listen({
        netns,
        protocol: 'tcp',
        address: null,
        port,
        app: KUBE_PROXY_APPS.serviceHealth,
        order: ORDER,
        ...(owner && { process: { ...owner, fd: owner.fd + 2 } }),
      });
    },
    close: (node, port) => net.unlisten(`node/${node}`, 'tcp', null, port),
  };
}

const httpText = ({ status, body, contentType, headers }: HttpAnswer, nowUs: number, head: boolean): string =>
  goResponse({ status: `${status} ${REASON[status]}`, body, nowUs, head, headers: [`Content-Type: ${contentType}`, ...headers] });
