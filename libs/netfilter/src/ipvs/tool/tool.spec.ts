import fc from 'fast-check';
import { bench, NODE } from '../../testing/fake-network.js';
import { SCHEDULER_NAMES } from '../types.js';

/** Runs lines one after the other; answers what the last one did. */
function run(...lines: string[]): { readonly exitCode: number; readonly stdout: string; readonly stderr: string } {
  const { netfilter } = bench();
  const results = lines.map((line) => netfilter.ipvsadm(NODE, line === '' ? [] : line.split(' ')));
  return results.at(-1)!;
}

const MADE = ['-A -t 10.0.0.1:80 -s rr', '-a -t 10.0.0.1:80 -r 10.1.0.2:8080 -m'];

const HEAD = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
`;

describe('ipvsadm lists', () => {
  it('an empty table', () => {
    for (const line of ['', '-L', '-l', '-Ln', '--list --numeric']) expect(run(line)).toEqual({ exitCode: 0, stdout: HEAD, stderr: '' });
  });

  /** libipvs compares addresses as numbers with a sign: those from 128.0.0.0 on come first. */
  it('services and real servers in the order of libipvs, ports by name unless told otherwise', () => {
    const lines = [
      '-A -u 10.96.0.10:53 -s lc -p',
      '-A -t 10.96.0.1:443 -s sh -b sh-port,sh-fallback',
      '-A -t 172.18.0.2:30080 -p 60 -M 255.255.255.0',
      '-A -f 7 -s nq',
      '-a -t 10.96.0.1:443 -r 10.1.0.9:6443 -m -w 3',
      '-a -t 10.96.0.1:443 -r 10.1.0.2:6443 -m -x 10 -y 5',
      '-a -t 172.18.0.2:30080 -r 192.168.1.1',
      '-a -f 7 -r 10.1.0.4:80 -i',
    ];
    expect(run(...lines, '-Ln').stdout).toBe(`${HEAD}TCP  172.18.0.2:30080 wlc persistent 60 mask 255.255.255.0
  -> 192.168.1.1:30080            Route   1      0          0         
TCP  10.96.0.1:443 sh (sh-fallback,sh-port)
  -> 10.1.0.2:6443                Masq    1      0          0         
  -> 10.1.0.9:6443                Masq    3      0          0         
UDP  10.96.0.10:53 lc persistent 300
FWM  7 nq
  -> 10.1.0.4:80                  Tunnel  1      0          0         
`);
    expect(run(...lines, '-L').stdout).toContain('UDP  10.96.0.10:domain lc persistent 300\n');
    expect(
      run(...lines, '-L -n --nosort -t 10.96.0.1:443')
        .stdout.split('\n')
        .slice(-3),
    ).toEqual([
      '  -> 10.1.0.2:6443                Masq    1      0          0         ',
      '  -> 10.1.0.9:6443                Masq    3      0          0         ',
      '',
    ]);
    expect(run(...lines, '-S -n').stdout).toBe(`-A -t 172.18.0.2:30080 -s wlc -p 60 -M 255.255.255.0
-a -t 172.18.0.2:30080 -r 192.168.1.1:30080 -g -w 1
-A -t 10.96.0.1:443 -s sh -b sh-fallback,sh-port
-a -t 10.96.0.1:443 -r 10.1.0.2:6443 -m -w 1
-a -t 10.96.0.1:443 -r 10.1.0.9:6443 -m -w 3
-A -u 10.96.0.10:53 -s lc -p 300
-A -f 7 -s nq
-a -f 7 -r 10.1.0.4:80 -i -w 1
`);
  });

  it.each([
    [
      '-Ln --stats',
      'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes',
      'TCP  10.0.0.1:80                         0        0        0        0        0',
      '  -> 10.1.0.2:8080                       0        0        0        0        0',
    ],
    [
      '-Ln --rate',
      'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS',
      'TCP  10.0.0.1:80                         0        0        0        0        0',
      '  -> 10.1.0.2:8080                       0        0        0        0        0',
    ],
    [
      '-Ln --thresholds',
      'Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn ',
      'TCP  10.0.0.1:80 rr',
      '  -> 10.1.0.2:8080                0          0          0          0         ',
    ],
    [
      '-Ln --persistent-conn',
      'Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn ',
      'TCP  10.0.0.1:80 rr',
      '  -> 10.1.0.2:8080                1         0           0          0         ',
    ],
  ])('%s', (line, title, service, server) => {
    expect(run(...MADE, line).stdout).toBe(
      `IP Virtual Server version 1.2.1 (size=4096)\n${title}\n  -> RemoteAddress:Port\n${service}\n${server}\n`,
    );
  });

  it('time-outs, connections, help', () => {
    expect(run('-L --timeout').stdout).toBe('Timeout (tcp tcpfin udp): 900 120 300\n');
    expect(run('--set 10 0 30', '-L --timeout').stdout).toBe('Timeout (tcp tcpfin udp): 10 120 30\n');
    expect(run('-Lnc').stdout).toBe('IPVS connection entries\npro expire state       source             virtual            destination\n');
    expect(run('-h').stdout).toMatch(
      /^ipvsadm v1\.31 2019\/12\/24 \(compiled with popt and IPVS v1\.2\.1\)\nUsage:\n {2}ipvsadm -A\|E virtual-service/,
    );
  });
});

describe('ipvsadm changes', () => {
  it('services and real servers', () => {
    expect(run(...MADE, '-E -t 10.0.0.1:80 -s lc', '-e -t 10.0.0.1:80 -r 10.1.0.2:8080 -m -w 0', '-Sn').stdout).toBe(
      '-A -t 10.0.0.1:80 -s lc\n-a -t 10.0.0.1:80 -r 10.1.0.2:8080 -m -w 0\n',
    );
    expect(run(...MADE, '-d -t 10.0.0.1:80 -r 10.1.0.2:8080', '-Sn').stdout).toBe('-A -t 10.0.0.1:80 -s rr\n');
    expect(run(...MADE, '-D -t 10.0.0.1:80', '-Sn').stdout).toBe('');
    expect(run(...MADE, '-C', '-Sn').stdout).toBe('');
  });

  const usage = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.";

  it.each([
    ['-A -t 10.0.0.1:80', 255, 'Service already exists'],
    ['-A -t 10.0.0.9:80 -s best', 255, 'Scheduler or persistence engine not found'],
    ['-E -t 10.0.0.9:80', 255, 'No such service'],
    ['-D -t 10.0.0.9:80', 255, 'No such service'],
    ['-Z -t 10.0.0.9:80', 255, 'No such service'],
    ['-L -t 10.0.0.9:80', 255, 'No such service'],
    ['-a -t 10.0.0.9:80 -r 10.1.0.2 -m', 255, 'Service not defined'],
    ['-a -t 10.0.0.1:80 -r 10.1.0.2:8080 -m', 255, 'Destination already exists'],
    ['-e -t 10.0.0.1:80 -r 10.1.0.3:8080 -m', 255, 'No such destination'],
    ['-d -t 10.0.0.1:80 -r 10.1.0.3:8080', 255, 'No such destination'],
    ['-a -t 10.0.0.1:80 -r 10.1.0.4:80 -m -x 1 -y 2', 255, 'Numerical result out of range'],
    ['-A', 2, "You need to supply the 'service-address' option for the 'add-service' command"],
    ['-a -t 10.0.0.1:80', 2, "You need to supply the 'real-server' option for the 'add-server' command"],
    ['-D -t 10.0.0.1:80 -s rr', 2, "Illegal 'scheduler' option with the 'delete-service' command"],
    ['-L -c -t 10.0.0.1:80', 2, "The option 'service-address' conflicts with the 'connection' option in the 'list' command"],
    ['-L -c --stats', 2, 'options conflicts in the list command'],
    ['-A -t 10.0.0.9:80 -t 10.0.0.9:81', 2, "multiple 'service-address' options specified"],
    ['-A -L', 2, "invalid option `-L'"],
    ['-A -t 80', 2, 'illegal virtual server address[:port] specified'],
    ['-A -t 10.0.0.9', 2, 'Zero port specified for non-persistent service'],
    ['-A -t 10.0.0.9:80 -o', 2, 'One-Packet Scheduling is only for UDP virtual services'],
    ['-A -t 10.0.0.9:80 -p 0', 2, "invalid timeout value `0' specified"],
    ['-A -t 10.0.0.9:80 -M x', 2, 'illegal virtual server persistent mask specified'],
    ['-A -f 0', 2, "invalid fwmark value `0' specified"],
    ['-A -t 10.0.0.9:80 -b nonsense', 2, "invalid scheduler flag `nonsense'"],
    ['-A -t 10.0.0.9:80 -s rr -b sh-port', 2, "incompatible scheduler flag `sh-port'"],
    ['-a -t 10.0.0.1:80 -r x -m', 2, 'illegal real server address[:port] specified'],
    ['-a -t 10.0.0.1:80 -r 10.1.0.4:80 -w -1', 2, 'illegal weight specified'],
    ['--set 1 2', 2, '--set option requires 3 timeout values'],
    ['-L more', 2, 'unexpected argument more'],
    ['-L --nonsense', 255, '--nonsense: unknown option'],
    ['-A -t', 255, '-t: missing argument'],
    ['more', 255, usage],
    ['-t 10.0.0.1:80 -A', 255, usage],
  ])('refuses %s', (line, exitCode, message) => {
    expect(run(...MADE, line)).toEqual({ exitCode, stdout: '', stderr: `${message}\n` });
  });
});

describe('ipvsadm restores', () => {
  const restore = (text: string) => {
    const { netfilter } = bench();
    const result = netfilter.ipvsadm(NODE, ['-R'], text);
    return { ...result, saved: netfilter.ipvsadm(NODE, ['-Sn']).stdout };
  };

  it('line by line; what the kernel refuses is told and passed over', () => {
    expect(
      restore('# two services\n-A -t 10.0.0.1:80 -s rr\n-A -t 10.0.0.1:80 -s rr\n\n-a -t 10.0.0.1:80 -r 10.1.0.2:8080 -m -w 1\n'),
    ).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'Service already exists\n',
      saved: '-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.1.0.2:8080 -m -w 1\n',
    });
    expect(restore('-A -t 10.0.0.1:80 -s rr\n-A\n-A -t 10.0.0.2:80\n')).toMatchObject({ exitCode: 2, saved: '-A -t 10.0.0.1:80 -s rr\n' });
  });

  const octets = fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));
  const port = fc.integer({ min: 1, max: 65_535 });
  const service = fc.record({
    at: octets,
    port,
    udp: fc.boolean(),
    scheduler: fc.constantFrom(...SCHEDULER_NAMES),
    persistent: fc.option(fc.integer({ min: 1, max: 10_000 })),
    servers: fc.uniqueArray(fc.record({ at: octets, port, weight: fc.nat(65_535) }), {
      maxLength: 5,
      selector: ({ at, port: number }) => `${at}:${number}`,
    }),
  });

  it('what it saved', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(service, { maxLength: 6, selector: ({ at, port: number, udp }) => `${at}:${number}${udp}` }),
        (services) => {
          const text = services
            .map(({ at, port: number, udp, scheduler, persistent, servers }) => {
              const name = `${udp ? '-u' : '-t'} ${at}:${number}`;
              const real = servers.map((each) => `-a ${name} -r ${each.at}:${each.port} -m -w ${each.weight}\n`).join('');
              return `-A ${name} -s ${scheduler}${persistent === null ? '' : ` -p ${persistent}`}\n${real}`;
            })
            .join('');
          const { saved, exitCode, stderr } = restore(text);
          expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
          expect(restore(saved).saved).toBe(saved);
          expect(saved.split('\n').toSorted()).toEqual(text.split('\n').toSorted());
        },
      ),
      { numRuns: 100 },
    );
  });

  it('never throws on bad text', () => {
    const words = fc.constantFrom(
      '-A',
      '-a',
      '-t',
      '-u',
      '-r',
      '-m',
      '-L',
      '-n',
      '-c',
      '-p',
      '-w',
      '1',
      '10.0.0.1:80',
      '--set',
      '-',
      '--',
      'x',
      '-S',
      '-R',
      "'",
      '-b',
      '-M',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), (argv) => void bench().netfilter.ipvsadm(NODE, argv, '-A -R\n')),
      { numRuns: 300 },
    );
  });
});
