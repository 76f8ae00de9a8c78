import { parseCorefile } from './corefile.js';
import { DnsCluster, KIND_COREFILE, withLabServices } from './testdata/dns-cluster.js';

const NAME = 'svc-clusterip.default.svc.cluster.local.';

describe('a Corefile', () => {
  it('of kind has its plugins, their arguments and blocks', () => {
    const parsed = parseCorefile(KIND_COREFILE);
    if (!parsed.ok) throw new Error(parsed.error);
    const [block, ...others] = parsed.value;
    expect(others).toEqual([]);
    expect([block!.zones, block!.port]).toEqual([['.'], 53]);
    expect(block!.directives.map(({ name }) => name).join(' ')).toBe(
      'errors health ready kubernetes prometheus forward cache loop reload loadbalance',
    );
    expect(block!.directives[3]).toEqual({
      name: 'kubernetes',
      args: ['cluster.local', 'in-addr.arpa', 'ip6.arpa'],
      block: [
        ['pods', 'insecure'],
        ['fallthrough', 'in-addr.arpa', 'ip6.arpa'],
        ['ttl', '30'],
      ],
      line: 7,
    });
  });

  it('may have several server blocks, comments and quotes', () => {
    const parsed = parseCorefile('# stub\nexample.org, dns://example.net:1053 {\n forward . "10.0.0.1" # there\n}\n. {\n}\n');
    expect(parsed.ok && parsed.value.map(({ zones, port }) => `${zones.join()}:${port}`)).toEqual([
      'example.org.:53',
      'example.net.:1053',
      '.:53',
    ]);
    expect(parsed.ok && parsed.value[0]!.directives).toMatchObject([{ name: 'forward', args: ['.', '10.0.0.1'] }]);
  });

  it.each([
    ['.:53', 'Corefile:1 - Error during parsing: Unexpected EOF, expecting {'],
    ['.:53 {\n  errors\n', "Corefile:2 - Error during parsing: Unexpected EOF, expecting '}'"],
  ])('%j: %s', (text, error) => expect(parseCorefile(text)).toEqual({ ok: false, error }));
});

describe('a changed Corefile', () => {
  it('is taken over while the server runs', () => {
    const cluster = withLabServices(new DnsCluster({ corefile: KIND_COREFILE.replace('    cache 30\n', '') }));
    expect(cluster.ask(NAME, 'A').answers[0]!.ttl).toBe(30);
    cluster.corefile = cluster.corefile.replace('ttl 30', 'ttl 7');
    expect(cluster.ask(NAME, 'A').answers[0]!.ttl).toBe(7);
  });

  it.each([
    ['Unknown directive', (text: string) => text.replace('loop', 'lupe')],
    ['a bad option', (text: string) => text.replace('ttl 30', 'ttl 9999')],
    ['a brace missing', (text: string) => text.replace(/\}\n$/, '')],
  ])('with an error is not: %s', (_what, spoil) => {
    const cluster = withLabServices(new DnsCluster());
    cluster.ask(NAME, 'A');
    cluster.corefile = spoil(cluster.corefile);
    expect(cluster.ask(NAME, 'A').rcode).toBe('NOERROR');
  });

  it('waits for a restart without the plugin reload', () => {
    const cluster = withLabServices(new DnsCluster({ corefile: '. {\n kubernetes cluster.local\n}\n' }));
    expect(cluster.ask(NAME, 'A').answers[0]!.ttl).toBe(5);
    cluster.corefile = '. {\n kubernetes cluster.local {\n ttl 60\n }\n}\n';
    expect(cluster.ask(NAME, 'A').answers[0]!.ttl).toBe(5);
    cluster.dns.stop(cluster.server.id);
    expect(cluster.ask(NAME, 'A').answers[0]!.ttl).toBe(60);
  });

  it('that no server could start with gets no answers', () => {
    const cluster = new DnsCluster({ corefile: '. {\n nonsense\n}\n' });
    expect(() => cluster.ask(NAME, 'A')).toThrow('no answer');
  });

  it('sends zones to the block that fits best; without one they are refused', () => {
    const cluster = withLabServices(
      new DnsCluster({ corefile: 'example.com {\n forward . 10.0.0.1\n}\ncluster.local {\n kubernetes\n}\n' }),
    );
    expect(cluster.ask(NAME, 'A').rcode).toBe('NOERROR');
    expect(cluster.ask('www.example.com.', 'A').rcode).toBe('NOERROR');
    expect(cluster.ask('www.example.org.', 'A').rcode).toBe('REFUSED');
    expect(cluster.forwarded).toEqual(['www.example.com. A']);
  });
});
