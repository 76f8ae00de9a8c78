import { CoreDns, type ServerIdentity } from '@svclab/coredns';
import type { ApiServer } from '@svclab/kube-api';
import type { Application, Netstack } from '@svclab/netstack';
import type { Sim } from '@svclab/sim';
import { framedForTcp, unframedFromTcp } from '@svclab/wire';
import type { Docker } from '../docker/docker.js';
import type { Files } from '../files/files.js';
import { askDns } from './dns-client.js';
import { DockerResolver } from './docker-resolver.js';

/** How long an answer takes a server that has it at hand. */
const SERVICE_TIME_US = 150;
/** CoreDNS waits so long for an upstream server (`plugin/pkg/proxy`, `readTimeout`). */
const UPSTREAM_TIMEOUT_US = 2_000_000;

/** What the programs that answer DNS need of the world. */
export interface DnsSurroundings {
  readonly sim: Sim;
  readonly api: ApiServer;
  readonly net: Netstack;
  readonly docker: Docker;
  readonly files: Files;
}

/** CoreDNS as its pods run it: the Corefile out of its ConfigMap, upstream servers by packets from the pod. */
export function clusterDns({ sim, api, net, files }: DnsSurroundings): CoreDns {
  return new CoreDns(sim, api, {
    corefile: () => api.get('configmaps', 'kube-system', 'coredns')?.['data']?.['Corefile'] as string | undefined,
    readFile: ({ id }, path) => files.at(id).read(path),
    exchange: ({ id }, { address, port }, message) =>
      askDns(net, { netns: id, server: address, port, message, timeoutUs: UPSTREAM_TIMEOUT_US, trace: false }).message,
  });
}

/** Names the programs behind the sockets on port 53 to the network, for datagrams and for streams. */
export function registerDnsServers(coreDns: CoreDns, { net, docker }: DnsSurroundings): void {
  const identity = (netns: string): ServerIdentity => ({
    id: netns,
    addresses: net
      .links(netns)
      .flatMap(({ kind, addresses }) => (kind === 'loopback' ? [] : addresses.map(({ prefix }) => prefix.address))),
  });
  const program =
    (answer: (netns: string, bytes: string) => string | undefined): Application =>
    (request, { netns }) => {
      const response = answer(netns, request);
      return response === undefined ? undefined : { response, serviceTimeUs: SERVICE_TIME_US };
    };
  const resolver = new DockerResolver(docker, net);
  net.registerApplication(
    'coredns',
    program((netns, bytes) => coreDns.answerUdp(identity(netns), bytes)),
  );
  net.registerApplication(
    'coredns-tcp',
    program((netns, stream) => coreDns.answerTcp(identity(netns), stream)),
  );
  net.registerApplication(
    'docker-dns',
    program((netns, bytes) => resolver.answer(netns, bytes)),
  );
  net.registerApplication(
    'docker-dns-tcp',
    program((netns, stream) => inStream(stream, (bytes) => resolver.answer(netns, bytes))),
  );
}

function inStream(stream: string, answer: (bytes: string) => string | undefined): string | undefined {
  const bytes = unframedFromTcp(stream);
  const response = bytes === undefined ? undefined : answer(bytes);
  return response === undefined ? undefined : framedForTcp(response);
}
