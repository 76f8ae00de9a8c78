import { parseTime } from '@svclab/kube-api';
import { ok } from '@svclab/sim';
import { absoluteName, dnsResponse, isInZone, reversedAddress, type DnsMessage, type DnsRecord } from '@svclab/wire';
import { questionOf, type DnsRequest, type PluginContext, type PluginSetup } from '../../plugin.js';
import { ClusterRecords, type ClusterRecord } from './cluster-records.js';
import { kubernetesOptions, type KubernetesOptions } from './options.js';

/** Version of the naming scheme, and how long it may be kept (github.com/kubernetes/dns `docs/specification.md`). */
const SCHEMA_VERSION = '1.1.0';
const SCHEMA_TTL_SECONDS = 28_800;

/** Seconds. Source: CoreDNS `plugin/backend_lookup.go`, `SOA`. */
const SOA = { refresh: 7200, retry: 1800, expire: 86_400, maxTtl: 300 };

/** Names that a chain of CNAMEs may have. */
const MAX_CHAIN = 8;

const NO_SUCH_NAME = 'no such name';

interface Sections {
  readonly answers: readonly DnsRecord[];
  readonly additionals?: readonly DnsRecord[];
}

/** Answers from the cluster's Services, slices and pods. Source: CoreDNS `plugin/kubernetes/handler.go`, `plugin/backend_lookup.go`. */
export const kubernetes: PluginSetup = (directive, context) => {
  const options = kubernetesOptions(directive, context.zones);
  if (!options.ok) return options;
  const plugin = new Kubernetes(options.value, context);
  return ok((request, next) => plugin.serve(request) ?? next(request));
};

class Kubernetes {
  readonly #records: ClusterRecords;

  constructor(
    private readonly options: KubernetesOptions,
    private readonly context: PluginContext,
  ) {
    this.#records = new ClusterRecords(context.api, options);
  }

  /** `undefined`: not a name for this plugin. */
  serve(request: DnsRequest): DnsMessage | undefined {
    const { name, type } = questionOf(request);
    const zone = this.#zoneOf(name);
    if (zone === undefined) return undefined;
    if (type === 'AXFR' || type === 'IXFR') return dnsResponse(request.message, { rcode: 'REFUSED' });
    const found = this.#answer(request, name, type, zone);
    if (found === NO_SUCH_NAME) {
      return this.options.fallthrough.lets(name) ? undefined : this.#nothing(request, zone, 'NXDOMAIN');
    }
    if (!found.answers.length) return this.#nothing(request, zone, 'NOERROR');
    return dnsResponse(request.message, { authoritative: true, ...found });
  }

  /** The zone that `name` lies in, in the case of the question. */
  #zoneOf(name: string): string | undefined {
    const zones = this.options.zones.filter((zone) => isInZone(name, zone));
    const length = Math.max(...zones.map((zone) => zone.length));
    return zones.length ? name.slice(name.length - length) || '.' : undefined;
  }

  #answer(request: DnsRequest, name: string, type: string, zone: string): Sections | typeof NO_SUCH_NAME {
    const isApex = name.toLowerCase() === zone.toLowerCase();
    switch (type) {
      case 'A':
      case 'AAAA':
        return this.#addresses(request, name, type, zone, []);
      case 'PTR':
        return this.#pointers(name, zone);
      case 'SRV':
        return this.#services(request, name, zone);
      case 'TXT':
        return this.#texts(name, zone);
      case 'CNAME':
        return this.#alias(name, zone);
      case 'SOA':
        if (isApex) return { answers: [this.#soa(zone)] };
        break;
      case 'NS':
        if (isApex) return this.#nameServers(request, name, zone);
        break;
    }
    // Other types have no records; whether the name exists, those of addresses tell.
    return this.#find(request, name, zone) === NO_SUCH_NAME ? NO_SUCH_NAME : { answers: [] };
  }

  #find({ server }: DnsRequest, name: string, zone: string) {
    const lower = name.toLowerCase();
    return lower === `ns.dns.${zone.toLowerCase()}`
      ? this.#records.nameServers(server.addresses, zone)
      : this.#records.find(lower, zone.toLowerCase());
  }

  #addresses(
    request: DnsRequest,
    name: string,
    type: 'A' | 'AAAA',
    zone: string,
    chain: readonly DnsRecord[],
  ): Sections | typeof NO_SUCH_NAME {
    const found = this.#find(request, name, zone);
    if (found === NO_SUCH_NAME) return found;
    const answers = found.flatMap((record): readonly DnsRecord[] =>
      typeof record.host === 'string' ? this.#followed(request, name, type, zone, record.host, chain) : this.#address(name, record, type),
    );
    return { answers: withoutDuplicates(answers) };
  }

  #address(name: string, { host }: ClusterRecord, type: 'A' | 'AAAA' | 'any'): DnsRecord[] {
    const { ttl } = this.options;
    if (typeof host === 'number') return type === 'AAAA' ? [] : [{ name, ttl, type: 'A', address: host }];
    return type === 'A' || typeof host === 'string' ? [] : [{ name, ttl, type: 'AAAA', address: host }];
  }

  /** An alias with what it leads to, which may be anywhere. */
  #followed(
    request: DnsRequest,
    name: string,
    type: 'A' | 'AAAA',
    zone: string,
    host: string,
    chain: readonly DnsRecord[],
  ): readonly DnsRecord[] {
    const alias: DnsRecord = { name, ttl: this.options.ttl, type: 'CNAME', target: absoluteName(host) };
    const isCircle = [alias, ...chain].some((link) => link.name.toLowerCase() === alias.target.toLowerCase());
    if (isCircle || chain.length >= MAX_CHAIN) return [];
    if (!isInZone(alias.target, zone)) return [alias, ...this.context.lookup(request, { name: alias.target, type }).answers];
    const beyond = this.#addresses(request, alias.target, type, zone, [...chain, alias]);
    return beyond === NO_SUCH_NAME || !beyond.answers.length ? [] : [alias, ...beyond.answers];
  }

  /** Equal weights: the records share 100, rounded down. A port that occurs twice at one target is told once. */
  #services(request: DnsRequest, name: string, zone: string): Sections | typeof NO_SUCH_NAME {
    const found = this.#find(request, name, zone);
    if (found === NO_SUCH_NAME) return found;
    const internal = found.filter(({ host }) => typeof host !== 'string');
    const weight = Math.max(1, Math.floor(100 / internal.length));
    const { ttl } = this.options;
    return {
      answers: withoutDuplicates(
        internal
          .filter(({ port }) => port !== undefined)
          .map(({ name: target, port }) => ({ name, ttl, type: 'SRV', priority: 0, weight, port: port!, target })),
      ),
      additionals: withoutDuplicates(internal.flatMap((record) => this.#address(record.name, record, 'any'))),
    };
  }

  #pointers(name: string, zone: string): Sections | typeof NO_SUCH_NAME {
    const address = reversedAddress(name);
    if (address === undefined) {
      const isReverse = /(?:in-addr|ip6)\.arpa\.$/i.test(name);
      const found =
        isReverse && name.toLowerCase() !== zone.toLowerCase() ? NO_SUCH_NAME : this.#records.find(name.toLowerCase(), zone.toLowerCase());
      return found === NO_SUCH_NAME ? found : { answers: [] };
    }
    const targets = this.#records.named(address);
    return targets.length ? { answers: targets.map((target) => ({ name, ttl: this.options.ttl, type: 'PTR', target })) } : NO_SUCH_NAME;
  }

  #texts(name: string, zone: string): Sections | typeof NO_SUCH_NAME {
    if (name.toLowerCase() === `dns-version.${zone.toLowerCase()}`) {
      return { answers: [{ name, ttl: SCHEMA_TTL_SECONDS, type: 'TXT', texts: [SCHEMA_VERSION] }] };
    }
    return this.#records.find(name.toLowerCase(), zone.toLowerCase()) === NO_SUCH_NAME ? NO_SUCH_NAME : { answers: [] };
  }

  #alias(name: string, zone: string): Sections | typeof NO_SUCH_NAME {
    const found = this.#records.find(name.toLowerCase(), zone.toLowerCase());
    if (found === NO_SUCH_NAME) return found;
    const host = found[0]?.host;
    return { answers: typeof host === 'string' ? [{ name, ttl: this.options.ttl, type: 'CNAME', target: absoluteName(host) }] : [] };
  }

  #nameServers({ server }: DnsRequest, name: string, zone: string): Sections {
    const servers = this.#records.nameServers(server.addresses, zone);
    return {
      answers: withoutDuplicates(servers.map((record) => ({ name, ttl: this.options.ttl, type: 'NS', target: record.name }))),
      additionals: servers.flatMap((record) => this.#address(record.name, record, 'any')),
    };
  }

  #nothing({ message }: DnsRequest, zone: string, rcode: 'NXDOMAIN' | 'NOERROR'): DnsMessage {
    return dnsResponse(message, { authoritative: true, rcode, authorities: [this.#soa(zone)] });
  }

  #soa(zone: string): DnsRecord {
    const { refresh, retry, expire, maxTtl } = SOA;
    const { ttl } = this.options;
    const serial = Math.floor((parseTime(this.#records.newestTime()) ?? 0) / 1_000_000);
    const [primary, mailbox] = [`ns.dns.${zone}`, `hostmaster.${zone}`];
    return { name: zone, ttl: Math.min(ttl, maxTtl), type: 'SOA', primary, mailbox, serial, refresh, retry, expire, minimum: ttl };
  }
}

function withoutDuplicates(records: readonly DnsRecord[]): DnsRecord[] {
  const seen = new Set<string>();
  return records.filter((record) => {
    const key = JSON.stringify(record);
    return !seen.has(key) && seen.add(key);
  });
}
