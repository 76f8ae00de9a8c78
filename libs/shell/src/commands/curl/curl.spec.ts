import { curl } from './curl.js';
import { http, TwoHosts } from './testdata/two-hosts.js';

const silent = (...args: string[]) => ['-sS', ...args];

describe('what is asked and answered', () => {
  test('the request is the one curl writes', async () => {
    const hosts = new TwoHosts();
    let seen = '';
    hosts.serve(9000, (request) => {
      seen = request;
      return { response: 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n', serviceTimeUs: 10 };
    });
    expect(await hosts.run(curl, silent('10.0.0.2:9000'))).toEqual({ exitCode: 0, stdout: 'hi\n', stderr: '' });
    expect(seen).toBe('GET / HTTP/1.1\r\nHost: 10.0.0.2:9000\r\nUser-Agent: curl/8.7.1\r\nAccept: */*\r\n\r\n');
    await hosts.run(
      curl,
      silent('-X', 'PUT', '-H', 'X-A: 1', '-H', 'Accept:', '-A', 'me', '-d', 'a=1', '-d', 'b=2', 'http://server:9000/p?q#f'),
    );
    expect(seen).toBe(
      'PUT /p?q HTTP/1.1\r\nHost: server:9000\r\nUser-Agent: me\r\nX-A: 1\r\n' +
        'Content-Length: 7\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=1&b=2',
    );
  });

  test.each([
    [['-i'], 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody'],
    [['-I'], 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n'],
    [['-o', '/dev/null', '-w', '%{http_code} %{size_download} %{remote_ip}:%{remote_port}\\n'], '200 4 10.0.0.2:80\n'],
  ])('%j', async (flags, stdout) => {
    const hosts = new TwoHosts();
    hosts.serve(80, http('body'));
    expect(await hosts.run(curl, silent(...flags, 'server'))).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  test('-o writes a file beside the shell', async () => {
    const hosts = new TwoHosts();
    hosts.serve(80, http('body'));
    await hosts.run(curl, silent('-o', 'out.txt', 'server'));
    expect(hosts.written.get('/root/out.txt')).toBe('body');
  });

  test('-L follows, without it the redirect is the answer', async () => {
    const hosts = new TwoHosts();
    hosts.serve(80, (request) =>
      request.startsWith('GET /new ') ? http('there')(request, null!) : http('moved', '302 Found', 'Location: /new\r\n')(request, null!),
    );
    expect((await hosts.run(curl, silent('server'))).stdout).toBe('moved');
    expect((await hosts.run(curl, silent('-L', 'server'))).stdout).toBe('there');
  });

  test('-v tells the conversation on standard error', async () => {
    const hosts = new TwoHosts();
    hosts.serve(80, http('body'));
    expect((await hosts.run(curl, ['-sv', '10.0.0.2'])).stderr).toBe(
      '*   Trying 10.0.0.2:80...\n* Connected to 10.0.0.2 (10.0.0.2) port 80\n' +
        '> GET / HTTP/1.1\n> Host: 10.0.0.2\n> User-Agent: curl/8.7.1\n> Accept: */*\n> \n* Request completely sent off\n' +
        '< HTTP/1.1 200 OK\n< Content-Length: 4\n< \n* Connection #0 to host 10.0.0.2 left intact\n',
    );
  });

  test('the meter shows unless it is silenced or a terminal is there', async () => {
    const hosts = new TwoHosts();
    hosts.serve(80, http('body'));
    const { stderr } = await hosts.run(curl, ['server']);
    expect(stderr).toMatch(/^ {2}% Total {4}% Received .*\n {33}Dload .*\n\r {2}0 {5}0 {4}0 .*\r100 {5}4 {2}100 {5}4 {4}0 {5}0 .*\n$/);
    expect((await hosts.run(curl, ['server'], { stdoutIsTerminal: true })).stderr).toBe('');
  });
});

describe('failures', () => {
  test.each([
    [['10.0.0.2:81'], 7, "curl: (7) Failed to connect to 10.0.0.2 port 81 after 0 ms: Couldn't connect to server\n"],
    [['--connect-timeout', '1', '10.0.0.77'], 28, 'curl: (28) Connection timed out after 1001 milliseconds\n'],
    [['10.0.0.77'], 7, "curl: (7) Failed to connect to 10.0.0.77 port 80 after 3070 ms: Couldn't connect to server\n"],
    [['-m', '0.5', '10.0.0.2:82'], 28, 'curl: (28) Operation timed out after 501 milliseconds with 0 bytes received\n'],
    [['10.0.0.2:83'], 52, 'curl: (52) Empty reply from server\n'],
    [['nowhere'], 6, 'curl: (6) Could not resolve host: nowhere\n'],
    [['-f', '10.0.0.2:84'], 22, 'curl: (22) The requested URL returned error: 404\n'],
    [['ftp://server'], 1, 'curl: (1) Protocol "ftp" not supported\n'],
    [['server:99999'], 3, 'curl: (3) URL rejected: Port number was not a decimal number between 0 and 65535\n'],
  ])('%j', async (args, exitCode, message) => {
    const hosts = new TwoHosts();
    hosts.serve(82, () => ({ response: 'HTTP/1.1 200 OK\r\n\r\n', serviceTimeUs: 9_000_000 }));
    hosts.serve(83);
    hosts.serve(84, http('no', '404 Not Found'));
    expect(await hosts.run(curl, silent(...args))).toEqual({ exitCode, stdout: '', stderr: message });
    expect(await hosts.run(curl, ['-s', ...args])).toMatchObject({ exitCode, stderr: '' });
  });

  test.each([
    [['--foo', 'x'], 'curl: option --foo: is unknown\n'],
    [['-sZ', 'x'], 'curl: option -Z: is unknown\n'],
    [['x', '-m'], 'curl: option -m: requires parameter\n'],
    [['-m', 'soon', 'x'], 'curl: option -m: expected a proper numerical parameter\n'],
    [[], 'curl: (2) no URL specified\n'],
  ])('%j is refused', async (args, message) => {
    const { exitCode, stderr } = await new TwoHosts().run(curl, args);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(`${message}curl: try 'curl --help' or 'curl --manual' for more information\n`);
  });

  test('--retry tries again after a time-out, waiting longer each time', async () => {
    const hosts = new TwoHosts();
    const startUs = hosts.sim.nowUs;
    const { exitCode, stderr } = await hosts.run(curl, silent('--retry', '2', '--connect-timeout', '1', '10.0.0.77'));
    expect(exitCode).toBe(28);
    expect(stderr.match(/Warning: Problem: timeout\. Will retry in \d seconds?\. \d retr(y|ies) left\./g)).toEqual([
      'Warning: Problem: timeout. Will retry in 1 second. 2 retries left.',
      'Warning: Problem: timeout. Will retry in 2 seconds. 1 retry left.',
    ]);
    expect((hosts.sim.nowUs - startUs) / 1_000_000).toBeGreaterThan(5.9);
  });
});
