import { readFileSync } from 'node:fs';
import { packet, SYN, type Packet } from '@svclab/wire';
import { bench, NODE, tcp, udp } from '../testing/fake-network.js';
import { readTranscript } from '../testing/transcript.js';

const RECORDED = readTranscript(readFileSync(new URL('../testdata/conntrack-tool.txt', import.meta.url), 'utf8'));
const TRACKING = '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n';

/** As the recording was masked. */
const masked = (text: string): string =>
  text
    .replace(/^((?:ipv4 {5}2 )?[a-z]+ +\d+) \d+ /gm, '$1 <s> ')
    .replace(/ use=\d+/g, ' use=<n>')
    .replace(/^-A -t \d+/gm, '-A -t <s>')
    .replace(/<timeout>\d+/g, '<timeout><s>')
    .replace(/<use>\d+/g, '<use><n>')
    .replace(/<id>\d+/g, '<id><n>');

describe('conntrack answers as the recorded program', () => {
  it('has something to compare', () => expect(RECORDED.flat().length).toBeGreaterThan(90));

  it.each(RECORDED.map((commands, i) => [i + 1, commands] as const))('in recorded namespace %i', (_, commands) => {
    const { netfilter } = bench();
    for (const { argv, answer, line } of commands) {
      const { stdout, stderr, exitCode } = netfilter.conntrack(NODE, argv.slice(1));
      const where = `line ${line}: ${argv.join(' ')}\n`;
      expect(where + masked(stderr + stdout) + (exitCode ? `[exit ${exitCode}]\n` : '')).toBe(where + answer);
    }
  });
});

const PING: Packet = packet({ ...udp('10.10.1.2:0', '10.10.2.2:0'), protocol: 1, icmpType: 8, icmpId: 77, length: 84 });

describe('conntrack -E', () => {
  it('tells what happened since it was last asked, and what time has ended', () => {
    const on = bench(TRACKING);
    const stream = on.netfilter.conntrackEvents(NODE, ['-E'])!;
    on.forward(PING, 'eth0');
    on.forward(packet({ ...PING, src: PING.dst, dst: PING.src, icmpType: 0 }), 'veth1');
    const tuple = 'src=10.10.1.2 dst=10.10.2.2 type=8 code=0 id=77';
    const answer = 'src=10.10.2.2 dst=10.10.1.2 type=0 code=0 id=77';
    expect(stream.read()).toBe(`    [NEW] icmp     1 30 ${tuple} [UNREPLIED] ${answer}\n [UPDATE] icmp     1 30 ${tuple} ${answer}\n`);
    expect(stream.read()).toBe('');
    on.sim.advance(30_000_000);
    expect(stream.read()).toBe(`[DESTROY] icmp     1 ${tuple} ${answer}\n`);
    expect(stream.summary).toBe('conntrack v1.4.7 (conntrack-tools): 3 flow events have been shown.\n');
  });

  it('keeps to its filters and formats', () => {
    const on = bench(TRACKING);
    const streams = [
      ['-E', '-p', 'udp', '-e', 'NEW', '-o', 'timestamp,extended,id'],
      ['-E', '-p', 'udp', '-e', 'DESTROY', '-o', 'xml'],
      ['-E', '-p', 'tcp'],
    ].map((argv) => on.netfilter.conntrackEvents(NODE, argv)!);
    on.sim.advance(42);
    on.forward(udp('10.10.1.2:40000', '10.10.2.2:53'), 'eth0');
    on.conntrack('-D', '-p', 'udp');
    expect(streams.map((stream) => stream.read())).toEqual([
      '[1727527800.000042]\t    [NEW] ipv4     2 udp      17 30 src=10.10.1.2 dst=10.10.2.2 sport=40000 dport=53 [UNREPLIED] ' +
        'src=10.10.2.2 dst=10.10.1.2 sport=53 dport=40000 id=1\n',
      expect.stringMatching(/^<flow type="destroy">.*<timeout>30<\/timeout><id>1<\/id><unreplied\/><\/meta><\/flow>\n$/),
      '',
    ]);
    expect(streams[1]!.head).toBe('<?xml version="1.0" encoding="utf-8"?>\n<conntrack>\n');
  });

  it('keeps the last thousand events, and none once nobody has looked for two minutes', () => {
    const on = bench(TRACKING);
    const stream = on.netfilter.conntrackEvents(NODE, ['-E', '-e', 'NEW'])!;
    for (let i = 0; i < 1200; i++) on.forward(udp(`10.10.1.2:${30_000 + i}`, '10.10.2.2:53'), 'eth0');
    expect(stream.read().split('\n')).toHaveLength(1001);
    on.sim.advance(121_000_000);
    on.forward(PING, 'eth0');
    expect(on.sim.store.table('nf.conntrack-events').size).toBe(0);
  });

  it('is not what other words ask for', () => {
    const { netfilter } = bench();
    expect(netfilter.conntrackEvents(NODE, ['-L'])).toBeUndefined();
    expect(netfilter.conntrackEvents(NODE, ['-E', '-e', 'FOO'])).toBeUndefined();
    expect(netfilter.conntrack(NODE, ['-E', '-e', 'FOO'])).toMatchObject({ exitCode: 2 });
  });
});

describe('a full table', () => {
  /** A namespace that holds two connections at most. */
  const small = (): ReturnType<typeof bench> => bench(TRACKING, 1, { 'net.netfilter.nf_conntrack_max': '2' });
  const ports = (on: ReturnType<typeof bench>): string[] => [...on.conntrack('-L').matchAll(/sport=(4\d+)/g)].map(([, port]) => port!);

  it('gives up its oldest connection that is not assured', () => {
    const on = small();
    for (const port of [40_000, 40_001, 40_002]) on.forward(udp(`10.10.1.2:${port}`, '10.10.2.2:53'), 'eth0');
    expect(ports(on)).toEqual(['40001', '40002']);
    expect(on.conntrack('-S')).toContain('drop=0 early_drop=1 ');
  });

  it('drops what is new when all are assured', () => {
    const on = small();
    for (const port of ['40000', '40001']) {
      on.conntrack('-I', ...`-s 10.10.1.2 -d 10.10.2.2 -p udp --sport ${port} --dport 53 -t 99 -u ASSURED,SEEN_REPLY`.split(' '));
    }
    expect(on.forward(tcp('10.10.1.2:40003', '10.10.2.2:80', SYN), 'eth0').verdict).toEqual({ kind: 'DROP', by: 'conntrack' });
    expect(ports(on)).toEqual(['40000', '40001']);
    expect(on.conntrack('-S')).toContain('drop=1 early_drop=0 ');
  });
});
