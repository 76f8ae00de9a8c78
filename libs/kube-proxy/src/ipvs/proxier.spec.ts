import { readFileSync, writeFileSync } from 'node:fs';
import { noChanges } from '../change-tracker.js';
import { syncOnce, type RecordingTools, type Scenario } from '../testing/scenario-cluster.js';
import { IpvsProxier } from './proxier.js';

/** The virtual server of the simulation speaks IPv4 alone. */
const SCENARIOS = (JSON.parse(readFileSync(new URL('../testdata/scenarios.json', import.meta.url), 'utf8')) as Scenario[]).filter(
  ({ config }) => config.ipFamily === 'IPv4',
);

const sync = (scenario: Scenario): RecordingTools => syncOnce(scenario, (context) => new IpvsProxier(context));

const EMPTY: Scenario = { ...SCENARIOS[0]!, servicePorts: [] };

/** What one sync does, in order: addresses, and the text that tools read. Of sets and rules what an empty cluster has is left out. */
function told(tools: RecordingTools, ofEmptyCluster: ReadonlySet<string>): string {
  const given = new Map(tools.inputs.map(({ command, text }) => [command, text]));
  return tools.calls
    .flatMap((call) => {
      const text = given.get(call);
      if (text === undefined) return /^ip addr (add|del) /.test(call) ? [`$ ${call}`] : [];
      return [`$ ${call}`, ...text.split('\n').filter((line) => line !== '' && (line.startsWith('*') || !ofEmptyCluster.has(line)))];
    })
    .map((line) => `${line}\n`)
    .join('');
}

const linesOf = (tools: RecordingTools): ReadonlySet<string> => new Set(tools.inputs.flatMap(({ text }) => text.split('\n')));

function expectGolden(name: string, actual: string): void {
  const file = new URL(`testdata/${name}`, import.meta.url);
  if (process.env['REWRITE_GOLDENS'] === '1') writeFileSync(file, actual);
  expect(actual).toBe(readFileSync(file, 'utf8'));
}

describe('IPVS proxier: golden text', () => {
  it('of a cluster without Services', () => {
    expectGolden('empty.txt', told(sync(EMPTY), new Set()));
  });

  const ofEmptyCluster = linesOf(sync(EMPTY));

  it.each(SCENARIOS)('$name: $description', (scenario) => {
    expectGolden(`${scenario.name}.txt`, `# ${scenario.description}\n${told(sync(scenario), ofEmptyCluster)}`);
  });
});

describe('IPVS proxier: before the first sync', () => {
  const setUp = (ipvs: object): string[] => {
    let calls: string[] = [];
    syncOnce(EMPTY, (context) => {
      const proxier = new IpvsProxier({ ...context, config: { ...context.config, ipvs } });
      return {
        ...at(proxier),
        setUp: () => {
          const memory = proxier.setUp();
          calls = [...(context.tools as RecordingTools).calls];
          return memory;
        },
      };
    });
    return calls;
  };
  const at = (proxier: IpvsProxier) => ({
    minSyncPeriodMs: proxier.minSyncPeriodMs,
    syncPeriodMs: proxier.syncPeriodMs,
    syncProxyRules: proxier.syncProxyRules.bind(proxier),
  });

  it('sets what IPVS needs of the kernel', () => {
    expect(setUp({})).toEqual([
      'sysctl net.netfilter.nf_conntrack_tcp_timeout_established=86400',
      'sysctl net.netfilter.nf_conntrack_tcp_timeout_close_wait=3600',
      'sysctl net.ipv4.vs.conntrack=1',
      'sysctl net.ipv4.vs.expire_nodest_conn=1',
      'sysctl net.ipv4.vs.expire_quiescent_template=1',
      'sysctl net.ipv4.ip_forward=1',
    ]);
  });

  it('and what the configuration asks for', () => {
    expect(setUp({ strictARP: true, tcpTimeout: '2m', tcpFinTimeout: '0s', udpTimeout: '45s' })).toEqual(
      expect.arrayContaining([
        'sysctl net.ipv4.conf.all.arp_ignore=1',
        'sysctl net.ipv4.conf.all.arp_announce=2',
        'ipvsadm --set 120 0 45',
      ]),
    );
  });
});

describe('IPVS proxier: what is there already', () => {
  /** Tools that answer as a kernel that has been here before. */
  function resync(
    present: Readonly<Record<string, string>>,
    memory: object,
    change: (scenario: Scenario) => Scenario = (same) => same,
    ipvs = {},
  ) {
    const scenario = change(SCENARIOS.find(({ name }) => name === 'clusterip')!);
    const inputs: string[] = [];
    let kept: object = {};
    const recorded = syncOnce(scenario, (context) => {
      const { tools } = context;
      const proxier = new IpvsProxier({
        ...context,
        config: { ...context.config, ipvs },
        tools: {
          run(argv, stdin) {
            const result = tools.run(argv, stdin);
            if (argv[0] === 'ipvsadm' && stdin !== undefined) inputs.push(...stdin.trim().split('\n'));
            return { ...result, stdout: present[argv.join(' ')] ?? result.stdout };
          },
          setSysctl: tools.setSysctl.bind(tools),
        },
      });
      return {
        minSyncPeriodMs: 0,
        syncPeriodMs: 30_000,
        setUp: () => ({}),
        syncProxyRules(request) {
          const outcome = proxier.syncProxyRules({
            ...request,
            changes: noChanges(),
            memory: { ...request.memory, ...memory },
            nowUs: 100_000_000,
          });
          kept = outcome.memory!;
          return outcome;
        },
      };
    });
    return { inputs, kept, calls: recorded.calls };
  }

  const SERVICE = '10.200.1.50:8080';
  const listing = (...servers: string[]): Record<string, string> => ({
    'ipvsadm -L -n': [`TCP  ${SERVICE} rr`, ...servers.map((server) => `  -> ${server}`), ''].join('\n'),
  });
  const synced = { times: { terminationUs: 0 } };
  const endpoints = SCENARIOS.find(({ name }) => name === 'clusterip')!.servicePorts[0]!.endpoints.map(
    ({ address, port }) => `${address}:${port}`,
  );
  const ready = (text: string): string => `${text}  Masq    1      0          0`;

  it('is left alone when it is right', () => {
    expect(resync(listing(...endpoints.map(ready)), synced).inputs).toEqual([]);
  });

  it('a real server with connections gets weight 0, and goes when they have ended', () => {
    const old = '10.180.9.9:80  Masq    1      2          3';
    const { inputs, kept } = resync(listing(...endpoints.map(ready), old), synced);
    expect(inputs).toEqual([`-e -t ${SERVICE} -r 10.180.9.9:80 -m -w 0`]);
    const key = `TCP ${SERVICE}/10.180.9.9:80`;
    expect(kept).toMatchObject({ terminating: [key] });

    const quiet = listing(...endpoints.map(ready), '10.180.9.9:80  Masq    0      0          0');
    expect(resync(quiet, { terminating: [key], times: { terminationUs: 90_000_000 } })).toMatchObject({
      inputs: [],
      kept: { terminating: [key] },
    });
    expect(resync(quiet, { terminating: [key], times: { terminationUs: 10_000_000 } })).toMatchObject({
      inputs: [`-d -t ${SERVICE} -r 10.180.9.9:80`],
      kept: { terminating: [], times: { terminationUs: 100_000_000 } },
    });
  });

  it('a real server without connections goes at once; one that comes back in time is made anew', () => {
    expect(resync(listing(...endpoints.map(ready), ready('10.180.9.9:80')), synced).inputs).toEqual([`-d -t ${SERVICE} -r 10.180.9.9:80`]);
    const [first, ...others] = endpoints as [string, ...string[]];
    const waiting = listing(`${first}  Masq    0      1          0`, ...others.map(ready));
    expect(resync(waiting, { ...synced, terminating: [`TCP ${SERVICE}/${first}`] }).inputs).toEqual([
      `-d -t ${SERVICE} -r ${first}`,
      `-a -t ${SERVICE} -r ${first} -m -w 1`,
    ]);
  });

  it('the first sync puts weights right that an earlier kube-proxy left', () => {
    const [first, ...others] = endpoints as [string, ...string[]];
    expect(resync(listing(`${first}  Masq    0      1          0`, ...others.map(ready)), {}).inputs).toEqual([
      `-e -t ${SERVICE} -r ${first} -m -w 1`,
    ]);
  });

  it('another scheduler or session affinity changes the service without taking it down', () => {
    expect(resync(listing(...endpoints.map(ready)), synced, undefined, { scheduler: 'lc' }).inputs).toEqual([`-E -t ${SERVICE} -s lc`]);
  });

  it('virtual services, addresses and elements that nobody asks for go; excluded ones stay', () => {
    const stale = {
      'ipvsadm -L -n': 'TCP  10.99.0.1:80 rr\nUDP  192.0.2.1:53 rr\n',
      'ip -o -4 addr show':
        '1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 10.180.0.1/16 scope global eth0\n3: kube-ipvs0    inet 10.99.0.1/32 scope global kube-ipvs0\n',
      'ipset save': 'create KUBE-CLUSTER-IP hash:ip,port family inet\nadd KUBE-CLUSTER-IP 10.99.0.1,tcp:80\n',
    };
    const { inputs, calls } = resync(stale, synced, (same) => ({ ...same, servicePorts: [] }), { excludeCIDRs: ['192.0.2.0/24'] });
    expect(inputs).toEqual(['-D -t 10.99.0.1:80']);
    expect(calls).toContain('ip addr del 10.99.0.1/32 dev kube-ipvs0');
    expect(calls.filter((call) => call.startsWith('ipset'))).toEqual(['ipset save', 'ipset restore -exist']);
  });
});
