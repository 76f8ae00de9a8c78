import { TwoHosts } from '../curl/testdata/two-hosts.js';
import { Interrupted } from '../../types.js';
import { ping } from './ping.js';
import { roundTripText, statistics } from './statistics.js';

describe('ping', () => {
  test('one echo, in the words of iputils', async () => {
    const { exitCode, stdout } = await new TwoHosts().run(ping, ['-c', '1', '10.0.0.2']);
    expect(exitCode).toBe(0);
    const rtt = /time=([\d.]+) ms/.exec(stdout)![1]!;
    expect(Number(rtt)).toBeLessThan(0.2);
    expect(stdout).toBe(
      'PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n' +
        `64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=${rtt} ms\n\n` +
        '--- 10.0.0.2 ping statistics ---\n1 packets transmitted, 1 received, 0% packet loss, time 0ms\n' +
        `rtt min/avg/max/mdev = ${rtt}/${rtt}/${rtt}/0.000 ms\n`,
    );
  });

  test('requests go out a second apart, or as -i says', async () => {
    const hosts = new TwoHosts();
    const startUs = hosts.sim.nowUs;
    const { stdout } = await hosts.run(ping, ['-q', '-c3', 'server']);
    expect(stdout).toMatch(
      /^PING server \(10\.0\.0\.2\) 56\(84\) bytes of data\.\n\n--- server ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time 2000ms\n/,
    );
    expect(hosts.sim.nowUs - startUs).toBeLessThan(2_001_000);
    expect((await hosts.run(ping, ['-qc', '3', '-i', '0.2', 'server'])).stdout).toContain('time 400ms');
  });

  test('a dead neighbour is reported by the own kernel', async () => {
    expect(await new TwoHosts().run(ping, ['-c', '1', '-W', '4', '10.0.0.77'])).toEqual({
      exitCode: 1,
      stderr: '',
      stdout:
        'PING 10.0.0.77 (10.0.0.77) 56(84) bytes of data.\nFrom 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n\n' +
        '--- 10.0.0.77 ping statistics ---\n1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n\n',
    });
  });

  test.each([
    [['192.0.2.1'], 2, 'ping: connect: Network is unreachable\n'],
    [['nowhere'], 2, 'ping: nowhere: Name or service not known\n'],
    [[], 1, 'ping: usage error: Destination address required\n'],
    [['-c', '0', '10.0.0.2'], 1, "ping: invalid argument: '0': out of range: 1 <= value <= 9223372036854775807\n"],
  ])('%j fails', async (args, exitCode, stderr) => {
    expect(await new TwoHosts().run(ping, args)).toMatchObject({ exitCode, stderr });
  });

  test('an interrupt still brings the statistics', async () => {
    let output = '';
    let turns = 0;
    const endless = () => {
      if (++turns > 3) throw new Interrupted('SIGINT');
    };
    const running = new TwoHosts().run(ping, ['10.0.0.2'], { endless, stdout: (text) => void (output += text) });
    await expect(running).rejects.toThrow(Interrupted);
    expect(output).toContain('3 packets transmitted, 3 received, 0% packet loss, time 2000ms\n');
  });

  test('figures are rounded as iputils rounds them', () => {
    expect([67, 1234, 12_345, 123_456].map(roundTripText)).toEqual(['0.067', '1.23', '12.3', '123']);
    expect(statistics('h', 3, 0, [91, 99], 1023_400)).toBe(
      '\n--- h ping statistics ---\n3 packets transmitted, 2 received, 33.3333% packet loss, time 1023ms\nrtt min/avg/max/mdev = 0.091/0.095/0.099/0.004 ms\n',
    );
  });
});
