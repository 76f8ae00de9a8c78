import { parseDestination } from './destination.js';

describe('parseDestination', () => {
  it.each([
    ['10.200.1.206:9000', 'tcp', { host: '10.200.1.206', port: 9000, path: '/', authority: '10.200.1.206:9000' }],
    ['svc-clusterip:80', 'tcp', { host: 'svc-clusterip', port: 80, path: '/', authority: 'svc-clusterip' }],
    ['[fd00::1]:8080', 'tcp', { host: 'fd00::1', port: 8080, path: '/', authority: '[fd00::1]:8080' }],
    ['http://web/a?b=c', 'tcp', { host: 'web', port: 80, path: '/a?b=c', authority: 'web' }],
    ['https://web:8443', 'tcp', { host: 'web', port: 8443, path: '/', authority: 'web:8443' }],
    ['10.10.0.6', 'icmp', { host: '10.10.0.6', port: 0, path: '/', authority: '10.10.0.6' }],
  ] as const)('reads %s', (text, protocol, expected) => {
    expect(parseDestination(text, protocol)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['10.200.1.206', 'has no port'],
    ['10.200.1.206:0', 'port 0 is not between 1 and 65535'],
    ['10.200.1.206:65536', 'port 65536'],
    ['ftp://x', 'unsupported scheme "ftp"'],
    ['a b:80', 'neither host:port nor a URL'],
    ['', 'neither host:port nor a URL'],
    [':80', 'neither host:port nor a URL'],
  ])('refuses "%s": %s', (text, reason) => {
    const parsed = parseDestination(text, 'tcp');
    expect(parsed.ok ? '' : parsed.error).toContain(reason);
  });
});
