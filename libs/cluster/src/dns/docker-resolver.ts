import type { Netstack } from '@svclab/netstack';
import {
  decodeDns,
  dnsResponse,
  encodeDns,
  isIpv4,
  reversedAddress,
  sameAddress,
  type Address,
  type DnsMessage,
  type DnsRecord,
} from '@svclab/wire';
import type { Docker } from '../docker/docker.js';
import { isRunning, type DockerContainer } from '../docker/records.js';
import { askInternet } from './internet.js';

const TTL_SECONDS = 600;
/** Addresses of the link alone have no name. */
const LINK_LOCAL = 0xfe800000;

/**
 * Docker's resolver inside each container: names of the containers that share a network with it; all else
 * it asks for outside. Source: moby `libnetwork/resolver.go`.
 */
export class DockerResolver {
  constructor(
    private readonly docker: Docker,
    private readonly net: Netstack,
  ) {}

  /** `undefined`: what came is no query. */
  answer(netns: string, bytes: string): string | undefined {
    const query = decodeDns(bytes);
    if (!query.ok || query.value.isResponse || query.value.questions.length !== 1) return undefined;
    return encodeDns(this.#respond(netns, query.value), { compress: true });
  }

  #respond(netns: string, query: DnsMessage): DnsMessage {
    const { name, type } = query.questions[0]!;
    const neighbours = this.#neighbours(netns);
    if (type === 'PTR') {
      const address = reversedAddress(name);
      const named =
        address === undefined ? undefined : neighbours.find(({ addresses }) => addresses.some((own) => sameAddress(own, address)));
      if (named) return respond(query, [{ name, type, ttl: TTL_SECONDS, target: `${named.container.name}.${named.network}.` }]);
      return askInternet(query);
    }
    const named = neighbours.find(({ container }) => `${container.name}.` === name.toLowerCase());
    return named ? respond(query, addressRecords(name, type, named.addresses)) : askInternet(query);
  }

  #neighbours(netns: string): { container: DockerContainer; network: string; addresses: readonly Address[] }[] {
    const own = Object.keys(this.docker.at(netns)?.endpoints ?? {}).toSorted();
    return own.flatMap((network) =>
      this.docker
        .containersOn(network)
        .filter(isRunning)
        .map((container) => ({ container, network, addresses: this.#addressesOf(container) })),
    );
  }

  #addressesOf({ netns }: DockerContainer): Address[] {
    const addresses = this.net.link(netns, 'eth0')?.addresses.map(({ prefix }) => prefix.address) ?? [];
    return addresses.filter((own) => isIpv4(own) || own[0] !== LINK_LOCAL);
  }
}

const respond = (query: DnsMessage, answers: readonly DnsRecord[]): DnsMessage => dnsResponse(query, { recursionAvailable: true, answers });

const addressRecords = (name: string, type: string, addresses: readonly Address[]): DnsRecord[] =>
  addresses.flatMap((address): DnsRecord[] => {
    if (isIpv4(address)) return type === 'A' ? [{ name, type, ttl: TTL_SECONDS, address }] : [];
    return type === 'AAAA' ? [{ name, type, ttl: TTL_SECONDS, address }] : [];
  });
