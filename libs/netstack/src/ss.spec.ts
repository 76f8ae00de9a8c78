import { address } from '@svclab/wire';
import { ssCommand } from './ss.js';
import type { SocketRecord } from './types.js';

const socket = (order: number, host: string | null, port: number, process?: string, pid = 0, fd = 0): SocketRecord => ({
  netns: 'node/control-plane',
  protocol: 'tcp',
  address: host === null ? null : address(host),
  port,
  order,
  ...(process !== undefined && { process: { name: process, pid, fd } }),
});

const SOCKETS = [
  socket(1, '172.18.0.4', 2379, 'etcd', 487, 9),
  socket(2, '127.0.0.1', 10257, 'kube-controller', 497, 3),
  socket(3, '127.0.0.11', 45917),
  socket(4, null, 10250, 'kubelet', 218, 22),
  { ...socket(5, '10.10.0.3', 53, 'coredns', 9, 9), protocol: 'udp' as const },
];

const lines = (text: string) => text.split('\n').map((line) => line.trimEnd());

describe('ss', () => {
  test('on a terminal the columns share its width', () => {
    expect(lines(ssCommand(SOCKETS, ['-tnlp'], { width: 155 }).stdout)).toEqual([
      'State         Recv-Q        Send-Q               Local Address:Port                Peer Address:Port       Process',
      'LISTEN        0             4096                    172.18.0.4:2379                     0.0.0.0:*           users:(("etcd",pid=487,fd=9))',
      'LISTEN        0             4096                     127.0.0.1:10257                    0.0.0.0:*           users:(("kube-controller",pid=497,fd=3))',
      'LISTEN        0             4096                    127.0.0.11:45917                    0.0.0.0:*',
      'LISTEN        0             4096                             *:10250                          *:*           users:(("kubelet",pid=218,fd=22))',
      '',
    ]);
  });

  test('into a pipe they are as wide as their content', () => {
    const listening = [socket(1, '0.0.0.0', 6443, 'python3', 16568, 5)];
    expect(ssCommand(listening, ['-t', '-n', '-l', '-p'], {}).stdout).toBe(
      'State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n' +
        'LISTEN 0      4096         0.0.0.0:6443      0.0.0.0:*    users:(("python3",pid=16568,fd=5))\n',
    );
    expect(ssCommand(listening, ['-tnl'], {}).stdout.split('\n')[1]).toBe(
      'LISTEN 0      4096         0.0.0.0:6443      0.0.0.0:*          ',
    );
    expect(ssCommand([], ['-tnlp'], {}).stdout).toBe('State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n');
  });

  test('without a protocol both are shown, and named', () => {
    const text = lines(ssCommand(SOCKETS, ['-nl'], {}).stdout);
    expect(text[0]).toMatch(/^Netid State {2}Recv-Q/);
    expect(text[5]).toMatch(/^udp {3}UNCONN 0 {6}0 {10}10\.10\.0\.3:53 {9}0\.0\.0\.0:\*$/);
    expect(lines(ssCommand(SOCKETS, ['-nt'], {}).stdout)).toHaveLength(2);
  });

  test('what is not simulated names itself', () => {
    expect(ssCommand([], ['-s'], {})).toEqual({ exitCode: 1, stdout: '', stderr: 'ss: option -s is not simulated\n' });
    expect(ssCommand([], ['--frob'], {}).stderr).toBe("ss: unrecognized option '--frob'\n");
  });
});
