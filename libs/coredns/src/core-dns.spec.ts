import { readFileSync } from 'node:fs';
import { address, dnsQuery, encodeDns, framedForTcp, unframedFromTcp, decodeDns } from '@svclab/wire';

import { DnsCluster, KIND_COREFILE, ready, recordText, withClusterIP, withLabServices } from './testdata/dns-cluster.js';

interface Vector {
  readonly name: string;
  readonly type: string;
  readonly when?: string;
  readonly rcode: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  readonly answerCount?: number;
  readonly weights?: readonly number[];
  readonly ports?: readonly number[];
  readonly ttl?: number;
}

const vectors = JSON.parse(readFileSync(new URL('testdata/answers.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Vector[];
};

const withoutCache = KIND_COREFILE.replace('    cache 30\n', '');

describe('what CoreDNS 1.11.1 answers in a kind cluster', () => {
  const cluster = withLabServices(new DnsCluster({ corefile: withoutCache }));
  // There the headless Service has an endpoint of the same address, and so a name for it too.
  const clusterIPAlone = withClusterIP(new DnsCluster({ corefile: withoutCache }));

  test.each(vectors.cases.map((vector) => [`${vector.name} ${vector.type} ${vector.when ?? ''}`, vector] as const))(
    '%s',
    (_title, vector) => {
      const { rcode, authoritative, answers, authorities, additionals } = (vector.type === 'PTR' ? clusterIPAlone : cluster).ask(
        vector.name,
        vector.type,
      );
      expect(rcode).toBe(vector.rcode);
      expect(authoritative).toBe(true);
      if (vector.answer) expect(answers.map(recordText).toSorted()).toEqual(vector.answer.toSorted());
      if (vector.authority) expect(authorities.map(recordText)).toEqual(vector.authority);
      if (vector.additional) expect(additionals.map(recordText).toSorted()).toEqual(vector.additional);
      if (vector.answerCount !== undefined) expect(answers).toHaveLength(vector.answerCount);
      const services = answers.flatMap((record) => (record.type === 'SRV' ? [record] : []));
      if (vector.weights) expect(services.map(({ weight }) => weight)).toEqual(vector.weights);
      if (vector.ports) expect(services.map(({ port }) => port)).toEqual(vector.ports);
      if (vector.ttl !== undefined) expect(answers.every(({ ttl }) => ttl === vector.ttl)).toBe(true);
    },
  );

  test.each([
    ['SVC-ClusterIP.Default.svc.Cluster.local.', 'A', ['SVC-ClusterIP.Default.svc.Cluster.local. 30 IN A 10.200.1.206']],
    ['svc-clusterip.nowhere.svc.cluster.local.', 'A', 'NXDOMAIN'],
    ['nowhere.svc.cluster.local.', 'A', 'NXDOMAIN'],
    ['default.svc.cluster.local.', 'A', 'NOERROR'],
    ['10-10-1-2.nowhere.pod.cluster.local.', 'A', 'NXDOMAIN'],
    ['web.default.pod.cluster.local.', 'A', 'NXDOMAIN'],
    ['_nope._tcp.svc-clusterip.default.svc.cluster.local.', 'SRV', 'NXDOMAIN'],
    ['_svc-webport._udp.svc-clusterip.default.svc.cluster.local.', 'SRV', 'NXDOMAIN'],
    ['10-10-1-9.headless.default.svc.cluster.local.', 'A', 'NXDOMAIN'],
    ['svc-clusterip.default.svc.cluster.local.', 'HTTPS', 'NOERROR'],
    ['nope.default.svc.cluster.local.', 'HTTPS', 'NXDOMAIN'],
    ['svc-clusterip.default.svc.cluster.local.', 'TXT', 'NOERROR'],
    ['ext.default.svc.cluster.local.', 'CNAME', ['ext.default.svc.cluster.local. 30 IN CNAME www.example.com.']],
    ['ext.default.svc.cluster.local.', 'SRV', 'NOERROR'],
    ['cluster.local.', 'NS', ['cluster.local. 30 IN NS kube-dns.kube-system.svc.cluster.local.']],
    ['ns.dns.cluster.local.', 'A', ['ns.dns.cluster.local. 30 IN A 10.200.1.10']],
    ['cluster.local.', 'AXFR', 'REFUSED'],
    ['99.1.200.10.in-addr.arpa.', 'PTR', 'NXDOMAIN'],
  ] as const)('%s %s', (name, type, expected) => {
    const { rcode, answers } = cluster.ask(name, type);
    expect(typeof expected === 'string' ? [rcode, answers] : answers.map(recordText)).toEqual(
      typeof expected === 'string' ? [expected, []] : expected,
    );
  });

  it('passes reverse names that it does not know on, and other names of the cluster not', () => {
    cluster.forwarded.length = 0;
    cluster.ask('99.1.200.10.in-addr.arpa.', 'PTR');
    cluster.ask('nope.default.svc.cluster.local.', 'A');
    cluster.ask('www.example.org.', 'A');
    expect(cluster.forwarded).toEqual(['99.1.200.10.in-addr.arpa. PTR', 'www.example.org. A']);
  });
});

/** What sixty questions for three endpoints were answered, one after another. */
const orders = (seed: number): string[] => {
  const cluster = withLabServices(new DnsCluster({ seed }));
  return Array.from({ length: 60 }, () => cluster.ask('headless.default.svc.cluster.local.', 'A').answers.map(recordText).join());
};

describe('endpoints', () => {
  it('are named after their host name, and two Services may share one', () => {
    const cluster = new DnsCluster({ corefile: withoutCache });
    const ports = [{ port: 80, protocol: 'TCP' }];
    for (const name of ['db', 'all']) {
      cluster.service(name, { clusterIP: 'None', ports: [{ port: 80 }] });
      cluster.slice(name, [ready('10.10.1.5', { hostname: 'db-0' })], ports);
    }
    expect(cluster.ask('db-0.db.default.svc.cluster.local.', 'A').answers).toMatchObject([{ address: address('10.10.1.5') }]);
    expect(cluster.ask('10-10-1-5.db.default.svc.cluster.local.', 'A').rcode).toBe('NXDOMAIN');
    const names = cluster.ask('5.1.10.10.in-addr.arpa.', 'PTR').answers.map((record) => (record.type === 'PTR' ? record.target : ''));
    expect(names.toSorted()).toEqual(['db-0.all.default.svc.cluster.local.', 'db-0.db.default.svc.cluster.local.']);
  });

  it('come in every order, and in the same ones with the same seed', () => {
    expect(new Set(orders(1)).size).toBe(6);
    expect(orders(1)).toEqual(orders(1));
    expect(orders(1)).not.toEqual(orders(2));
  });
});

describe('ExternalName', () => {
  it('may lead on inside the cluster, and never in a circle', () => {
    const cluster = withLabServices(new DnsCluster({ corefile: withoutCache }));
    const external = (name: string, target: string): void => cluster.service(name, { type: 'ExternalName', externalName: target });
    external('inner', 'svc-clusterip.default.svc.cluster.local');
    external('ping', 'pong.default.svc.cluster.local');
    external('pong', 'ping.default.svc.cluster.local');
    expect(cluster.ask('inner.default.svc.cluster.local.', 'A').answers.map(recordText)).toEqual([
      'inner.default.svc.cluster.local. 30 IN CNAME svc-clusterip.default.svc.cluster.local.',
      'svc-clusterip.default.svc.cluster.local. 30 IN A 10.200.1.206',
    ]);
    expect(cluster.ask('ping.default.svc.cluster.local.', 'A')).toMatchObject({ rcode: 'NOERROR', answers: [] });
  });
});

describe('the cache', () => {
  const NAME = 'svc-clusterip.default.svc.cluster.local.';

  it('answers for 30 seconds from memory, counting down, whatever the cluster says meanwhile', () => {
    const cluster = withLabServices(new DnsCluster());
    expect(cluster.ask(NAME, 'A').answers).toMatchObject([{ ttl: 30 }]);
    cluster.api.delete('services', 'default', 'svc-clusterip');
    cluster.sim.advance(12_500_000);
    expect(cluster.ask(NAME, 'A').answers).toMatchObject([{ ttl: 18 }]);
    cluster.sim.advance(17_600_000);
    expect(cluster.ask(NAME, 'A').rcode).toBe('NXDOMAIN');
  });

  it('keeps names that do not exist as well', () => {
    const cluster = withLabServices(new DnsCluster());
    expect(cluster.ask('late.default.svc.cluster.local.', 'A').rcode).toBe('NXDOMAIN');
    cluster.service('late', { clusterIP: '10.200.1.99', ports: [{ port: 80 }] });
    expect(cluster.ask('late.default.svc.cluster.local.', 'A').rcode).toBe('NXDOMAIN');
    cluster.sim.advance(30_000_000);
    expect(cluster.ask('late.default.svc.cluster.local.', 'A').rcode).toBe('NOERROR');
  });

  it('asks upstream once, and limits what it heard to its own time', () => {
    const cluster = new DnsCluster();
    const [first] = cluster.ask('www.example.com.', 'A').answers;
    cluster.ask('www.example.com.', 'A');
    expect(cluster.forwarded).toEqual(['www.example.com. A']);
    expect(first!.ttl).toBe(30);
  });

  it('belongs to one process, forgets what is over, and ends with the process', () => {
    const cluster = withLabServices(new DnsCluster());
    const size = (): number => cluster.sim.store.table('coredns.cache').size;
    cluster.ask(NAME, 'A');
    cluster.ask(NAME, 'AAAA');
    expect(size()).toBe(2);
    cluster.sim.advance(30_000_000);
    cluster.ask('headless.default.svc.cluster.local.', 'A');
    expect(size()).toBe(1);
    cluster.dns.stop(cluster.server.id);
    expect([size(), cluster.sim.store.table('coredns.servers').size]).toEqual([0, 0]);
  });

  it('follows a rollback', () => {
    const cluster = withLabServices(new DnsCluster());
    cluster.sim.commitEntry();
    cluster.sim.beginEntry(2);
    cluster.ask(NAME, 'A');
    cluster.sim.abortEntry();
    expect(cluster.sim.store.table('coredns.cache').size).toBe(0);
  });
});

describe('messages', () => {
  const cluster = withLabServices(new DnsCluster());
  for (let i = 1; i <= 60; i++) cluster.service(`many-${i}`, { clusterIP: 'None', ports: [{ port: 80 }] });
  cluster.slice(
    'many-1',
    Array.from({ length: 60 }, (_, i) => ready(`10.10.1.${i + 10}`)),
    [{ port: 80 }],
  );
  const MANY = 'many-1.default.svc.cluster.local.';

  it('are cut to what the client takes, and whole over TCP', () => {
    const short = cluster.ask(MANY, 'A');
    expect(short.truncated).toBe(true);
    expect(short.answers.length).toBeLessThan(60);
    expect(cluster.ask(MANY, 'A', { edns: { udpSize: 1232 } }).answers).toHaveLength(60);
    const stream = cluster.dns.answerTcp(cluster.server, framedForTcp(encodeDns(dnsQuery(9, { name: MANY, type: 'A' }))))!;
    const whole = decodeDns(unframedFromTcp(stream)!);
    expect(whole.ok && [whole.value.id, whole.value.answers.length, whole.value.truncated]).toEqual([9, 60, false]);
  });

  it('carry the EDNS record of the query back', () => {
    expect(cluster.ask('headless.default.svc.cluster.local.', 'A', { edns: { udpSize: 1232, cookie: 'a5ab3a4b6e8c2a0a' } }).edns).toEqual({
      udpSize: 1232,
      cookie: 'a5ab3a4b6e8c2a0a',
    });
  });

  it('that are no queries get what a real server gives: silence, FORMERR or NOTIMP', () => {
    const silent = ['', 'GET / HTTP', encodeDns(dnsQuery(1, { name: MANY, type: 'A' }, { isResponse: true }))];
    for (const bytes of silent) expect(cluster.dns.answerUdp(cluster.server, bytes)).toBeUndefined();
    const broken = encodeDns(dnsQuery(0x1234, { name: MANY, type: 'A' })).slice(0, 20);
    expect(decodeDns(cluster.dns.answerUdp(cluster.server, broken)!)).toMatchObject({ value: { id: 0x1234, rcode: 'FORMERR' } });
    expect(cluster.ask(MANY, 'A', { opcode: 4 }).rcode).toBe('NOTIMP');
  });
});
