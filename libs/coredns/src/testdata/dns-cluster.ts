import { ApiServer } from '@svclab/kube-api';
import { Sim, type Result } from '@svclab/sim';
import { address, decodeDns, dnsQuery, dnsRecordData, dnsResponse, encodeDns, type DnsMessage, type DnsRecord } from '@svclab/wire';
import { CoreDns } from '../core-dns.js';
import type { ServerIdentity } from '../plugin.js';

/** As kubeadm writes it for kind v1.31.0. */
export const KIND_COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;

/** A cluster's API with the objects of the vectors, and one CoreDNS in front of a server that knows www.example.com. */
export class DnsCluster {
  readonly sim = new Sim();
  readonly api = new ApiServer(this.sim);
  readonly server: ServerIdentity = { id: 'pod/kube-system/coredns-1', addresses: [address('10.10.0.2')] };
  /** Queries that went on to the node's resolver. */
  readonly forwarded: string[] = [];
  readonly dns: CoreDns;
  corefile: string;

  constructor({ corefile = KIND_COREFILE, seed = 1 }: { corefile?: string; seed?: number } = {}) {
    this.corefile = corefile;
    this.sim.beginEntry(1);
    this.sim.initialise({ seed, startUs: 1_727_000_000_000_000 });
    this.api.configure({ serviceCidr: '10.200.1.0/24' });
    for (const name of ['default', 'kube-system']) must(this.api.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
    this.dns = new CoreDns(this.sim, this.api, {
      corefile: () => this.corefile,
      readFile: (_server, path) => (path === '/etc/resolv.conf' ? 'nameserver 172.18.0.1\n' : undefined),
      exchange: (_server, _upstream, message) => this.#upstream(message),
    });
  }

  service(name: string, spec: object, namespace = 'default'): void {
    must(this.api.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec }, namespace));
  }

  slice(service: string, endpoints: readonly object[], ports: readonly object[], namespace = 'default'): void {
    const metadata = { name: `${service}-abcde`, labels: { 'kubernetes.io/service-name': service } };
    const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType: 'IPv4', endpoints, ports };
    must(this.api.create('endpointslices', slice, namespace));
  }

  ask(name: string, type: string, members: Partial<DnsMessage> = {}): DnsMessage {
    const answer = this.dns.answerUdp(this.server, encodeDns(dnsQuery(7, { name, type }, members)));
    if (answer === undefined) throw new Error('no answer');
    const decoded = decodeDns(answer);
    if (!decoded.ok) throw new Error(decoded.error);
    return decoded.value;
  }

  #upstream(query: DnsMessage): DnsMessage {
    const { name, type } = query.questions[0]!;
    this.forwarded.push(`${name} ${type}`);
    if (name.toLowerCase() !== 'www.example.com.') return dnsResponse(query, { recursionAvailable: true, rcode: 'NXDOMAIN' });
    const answers: DnsRecord[] = type === 'A' ? [{ name, type, ttl: 300, address: address('192.0.2.80') as number }] : [];
    return dnsResponse(query, { recursionAvailable: true, answers });
  }
}

export const ready = (ip: string, more: object = {}): object => ({ addresses: [ip], conditions: { ready: true }, ...more });

/** The Service of the lab, with one endpoint. */
export function withClusterIP(cluster: DnsCluster): DnsCluster {
  cluster.service('svc-clusterip', { clusterIP: '10.200.1.206', ports: [{ name: 'svc-webport', port: 9000, targetPort: 80 }] });
  cluster.slice('svc-clusterip', [ready('10.10.1.2')], [{ name: 'svc-webport', port: 80, protocol: 'TCP' }]);
  return cluster;
}

/** All Services that the vectors speak of. */
export function withLabServices(cluster: DnsCluster): DnsCluster {
  const web = [{ name: 'web', port: 80, protocol: 'TCP' }];
  withClusterIP(cluster);
  cluster.service('clusterip-without-endpoints', { clusterIP: '10.200.1.77', ports: [{ port: 80 }] });
  cluster.service('headless', { clusterIP: 'None', ports: web });
  cluster.slice(
    'headless',
    [ready('10.10.1.2'), ready('10.10.2.2'), ready('10.10.3.2'), { addresses: ['10.10.1.9'], conditions: { ready: false } }],
    web,
  );
  cluster.service('headless-unready', { clusterIP: 'None', ports: web });
  cluster.slice('headless-unready', [{ addresses: ['10.10.1.9'], conditions: { ready: false } }], web);
  cluster.service('ext', { type: 'ExternalName', externalName: 'www.example.com' });
  const dnsPorts = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    { name: 'metrics', port: 9153, protocol: 'TCP' },
  ];
  cluster.service('kube-dns', { clusterIP: '10.200.1.10', ports: dnsPorts }, 'kube-system');
  cluster.slice('kube-dns', [ready('10.10.0.2'), ready('10.10.0.3')], dnsPorts, 'kube-system');
  return cluster;
}

/** A record as a zone file has it; the serial number, which is a time, is masked. */
export const recordText = (record: DnsRecord): string =>
  `${record.name} ${record.ttl} IN ${record.type} ${dnsRecordData(record)}`.replace(/ 17\d{8} /, ' <serial> ');

function must(result: Result<unknown, { readonly message: string }>): void {
  if (!result.ok) throw new Error(result.error.message);
}
