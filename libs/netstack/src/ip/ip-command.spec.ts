import { address } from '@svclab/wire';
import { labNetwork, prefix } from '../testdata/lab-network.js';

const lines = (text: string) => text.split('\n').slice(0, -1);

describe('ip route', () => {
  test('lists by address, with the trailing blank of iproute2', () => {
    const { net } = labNetwork();
    expect(lines(net.ip('node/control-plane', ['-c', 'route']).stdout)).toEqual([
      'default via 172.18.0.1 dev eth0 ',
      '10.10.0.6 dev veth-net-pod scope host ',
      '10.10.1.0/24 via 172.18.0.3 dev eth0 ',
      '10.10.2.0/24 via 172.18.0.4 dev eth0 ',
      '10.10.3.0/24 via 172.18.0.5 dev eth0 ',
      '172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2 ',
    ]);
    expect(lines(net.ip('pod/default/net-pod', ['r']).stdout)).toEqual([
      'default via 10.10.0.1 dev eth0 ',
      '10.10.0.0/24 via 10.10.0.1 dev eth0 src 10.10.0.6 ',
      '10.10.0.1 dev eth0 scope link ',
    ]);
  });

  test('colours addresses and devices, the following blank inside', () => {
    const { net } = labNetwork();
    const text = net.ip('node/control-plane', ['-c', 'route'], { terminal: true }).stdout;
    expect(lines(text)[0]).toBe('default via \x1b[35m172.18.0.1 \x1b[0mdev \x1b[36meth0 \x1b[0m');
    expect(lines(text)[5]).toBe(
      '\x1b[35m172.18.0.0/16 \x1b[0mdev \x1b[36meth0 \x1b[0mproto kernel scope link src \x1b[35m172.18.0.2 \x1b[0m',
    );
  });

  test('table local holds every own address', () => {
    const { net } = labNetwork();
    expect(lines(net.ip('node/control-plane', ['route', 'show', 'table', 'local']).stdout)).toEqual([
      'local 10.10.0.1 dev veth-net-pod proto kernel scope host src 10.10.0.1 ',
      'local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 ',
      'local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 ',
      'broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 ',
      'local 172.18.0.2 dev eth0 proto kernel scope host src 172.18.0.2 ',
      'broadcast 172.18.255.255 dev eth0 proto kernel scope link src 172.18.0.2 ',
    ]);
  });

  test.each([
    ['10.200.1.206', '10.200.1.206 via 172.18.0.1 dev eth0 src 172.18.0.2 uid 0 \n    cache \n'],
    ['10.10.1.2', '10.10.1.2 via 172.18.0.3 dev eth0 src 172.18.0.2 uid 0 \n    cache \n'],
    ['10.10.0.6', '10.10.0.6 dev veth-net-pod src 10.10.0.1 uid 0 \n    cache \n'],
    ['172.18.0.3', '172.18.0.3 dev eth0 src 172.18.0.2 uid 0 \n    cache \n'],
    ['172.18.0.2', 'local 172.18.0.2 dev lo src 172.18.0.2 uid 0 \n    cache <local> \n'],
  ])('get %s', (to, text) => {
    expect(labNetwork().net.ip('node/control-plane', ['route', 'get', to])).toEqual({ exitCode: 0, stdout: text, stderr: '' });
  });

  test.each([
    [['add', '10.10.1.0/24', 'via', '172.18.0.9'], 2, 'RTNETLINK answers: File exists'],
    [['add', '10.9.0.0/16', 'via', '10.99.0.1'], 2, 'Error: Nexthop has invalid gateway.'],
    [['add', '10.9.0.1/16', 'dev', 'eth0'], 2, 'Error: Invalid prefix for given prefix length.'],
    [['add', '10.9.0.0/16', 'dev', 'eth9'], 1, 'Cannot find device "eth9"'],
    [['add', 'nonsense', 'dev', 'eth0'], 1, 'Error: inet prefix is expected rather than "nonsense".'],
    [['del', '10.77.0.0/16'], 2, 'RTNETLINK answers: No such process'],
    [['frob'], 255, 'Command "frob" is unknown, try "ip route help".'],
  ])('%j is refused', (argv, exitCode, message) => {
    expect(labNetwork().net.ip('node/control-plane', ['route', ...argv])).toEqual({ exitCode, stdout: '', stderr: `${message}\n` });
  });

  test('a route added is used, a route deleted is gone', () => {
    const { net } = labNetwork();
    expect(net.ip('client/mypc', ['route', 'add', '10.200.1.0/24', 'via', '172.18.0.3']).exitCode).toBe(0);
    expect(net.ip('client/mypc', ['route', 'get', '10.200.1.5']).stdout).toContain('via 172.18.0.3');
    expect(net.ip('client/mypc', ['route', 'del', '10.200.1.0/24']).exitCode).toBe(0);
    expect(net.ip('client/mypc', ['route', 'get', '10.200.1.5']).stdout).toContain('via 172.18.0.1');
  });
});

describe('ip addr', () => {
  test('shows a node as docker builds it', () => {
    const { net } = labNetwork();
    expect(net.ip('node/control-plane', ['addr', 'show', 'dev', 'eth0']).stdout).toBe(
      '34: eth0@if35: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 65535 qdisc noqueue state UP group default\n' +
        '    link/ether 02:42:ac:12:00:02 brd ff:ff:ff:ff:ff:ff link-netnsid 0\n' +
        '    inet 172.18.0.2/16 brd 172.18.255.255 scope global eth0\n' +
        '       valid_lft forever preferred_lft forever\n' +
        '    inet6 fe80::42:acff:fe12:2/64 scope link \n' +
        '       valid_lft forever preferred_lft forever\n',
    );
  });

  test('-4 moves the peer namespace to the first line', () => {
    const { net } = labNetwork();
    expect(lines(net.ip('node/control-plane', ['-c', '-4', 'addr', 'show', 'dev', 'eth0']).stdout)).toEqual([
      '34: eth0@if35: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 65535 qdisc noqueue state UP group default link-netnsid 0',
      '    inet 172.18.0.2/16 brd 172.18.255.255 scope global eth0',
      '       valid_lft forever preferred_lft forever',
    ]);
  });

  test('loopback and tunnels', () => {
    const { net } = labNetwork();
    net.addLink({ netns: 'node/worker', name: 'tunl0', kind: 'tunnel', ifindex: 2, mtu: 1480, up: false, display: { type: 'ipip' } });
    const permaddr = '22fb:7ab7:c942::';
    net.addLink({
      netns: 'node/worker',
      name: 'ip6tnl0',
      kind: 'tunnel',
      ifindex: 9,
      mtu: 1452,
      up: false,
      display: { type: 'tunnel6', permaddr },
    });
    const text = net.ip('node/worker', ['a']).stdout;
    expect(
      text.startsWith(
        '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n' +
          '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n' +
          '    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n' +
          '    inet6 ::1/128 scope host \n       valid_lft forever preferred_lft forever\n' +
          '2: tunl0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN group default qlen 1000\n' +
          '    link/ipip 0.0.0.0 brd 0.0.0.0\n' +
          '9: ip6tnl0@NONE: <NOARP> mtu 1452 qdisc noop state DOWN group default qlen 1000\n' +
          `    link/tunnel6 :: brd :: permaddr ${permaddr}\n`,
      ),
    ).toBe(true);
  });

  test('-br and -o', () => {
    const { net } = labNetwork();
    expect(lines(net.ip('client/mypc', ['-br', 'addr']).stdout)).toEqual([
      'lo               UNKNOWN        127.0.0.1/8 ::1/128 ',
      'eth0@if43        UP             172.18.0.100/16 fe80::42:acff:fe12:64/64 ',
    ]);
    expect(lines(net.ip('client/mypc', ['-br', '-c', 'addr'], { terminal: true }).stdout)[1]).toBe(
      '\x1b[36meth0@if43        \x1b[0m\x1b[32mUP             \x1b[0m\x1b[35m172.18.0.100\x1b[0m/16 \x1b[34mfe80::42:acff:fe12:64\x1b[0m/64 ',
    );
    expect(lines(net.ip('client/mypc', ['-4', '-o', 'addr', 'show', 'eth0']).stdout)).toEqual([
      '42: eth0    inet 172.18.0.100/16 brd 172.18.255.255 scope global eth0\\       valid_lft forever preferred_lft forever',
    ]);
  });

  test('add and delete bring and take the connected route', () => {
    const { net } = labNetwork();
    expect(net.ip('client/mypc', ['addr', 'add', '192.168.7.1/24', 'dev', 'eth0']).exitCode).toBe(0);
    expect(net.ip('client/mypc', ['route', 'get', '192.168.7.9']).stdout).toContain('dev eth0 src 192.168.7.1');
    expect(net.ip('client/mypc', ['addr', 'add', '192.168.7.1/24', 'dev', 'eth0'])).toMatchObject({
      exitCode: 2,
      stderr: 'Error: ipv4: Address already assigned.\n',
    });
    expect(net.ip('client/mypc', ['addr', 'del', '192.168.7.1/24', 'dev', 'eth0']).exitCode).toBe(0);
    expect(net.routes('client/mypc')).toHaveLength(2);
    expect(net.ip('client/mypc', ['addr', 'show', 'eth7'])).toMatchObject({ exitCode: 1, stderr: 'Device "eth7" does not exist.\n' });
  });
});

describe('ip link, neigh, rule', () => {
  test('a link that goes down loses its routes and cannot send', () => {
    const { net } = labNetwork();
    expect(net.ip('client/mypc', ['link', 'set', 'eth0', 'down']).exitCode).toBe(0);
    expect(net.routes('client/mypc')).toEqual([]);
    expect(net.ip('client/mypc', ['-br', 'link', 'show', 'eth0']).stdout).toBe(
      'eth0@if43        DOWN           02:42:ac:12:00:64 <BROADCAST,MULTICAST> \n',
    );
    expect(net.ip('client/mypc', ['link', 'set', 'eth0', 'up']).exitCode).toBe(0);
    expect(net.routes('client/mypc').map(({ destination }) => destination)).toEqual([prefix('172.18.0.0/16')]);
  });

  test('neighbours are those that were spoken to', () => {
    const { net } = labNetwork();
    const ping = (to: string) =>
      net.send({ netns: 'client/mypc', protocol: 'icmp', destination: address(to), port: 0, connectTimeoutUs: 4_000_000 });
    ping('172.18.0.3');
    ping('172.18.0.77');
    expect(lines(net.ip('client/mypc', ['neigh']).stdout)).toEqual([
      '172.18.0.3 dev eth0 lladdr 02:42:ac:12:00:03 REACHABLE ',
      '172.18.0.77 dev eth0 FAILED ',
    ]);
  });

  test('unknown objects and options name themselves', () => {
    const { net } = labNetwork();
    expect(net.ip('host', ['frob'])).toEqual({ exitCode: 1, stdout: '', stderr: 'Object "frob" is unknown, try "ip help".\n' });
    expect(net.ip('host', ['-zz', 'addr'])).toEqual({ exitCode: 255, stdout: '', stderr: 'Option "-zz" is unknown, try "ip -help".\n' });
    expect(net.ip('host', ['rule']).stdout).toBe(
      '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n',
    );
  });
});
