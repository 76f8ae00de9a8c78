import type { Netstack } from '@svclab/netstack';
import type { Sim } from '@svclab/sim';
import { formatAddress } from '@svclab/wire';
import { httpDate } from '../time/calendar.js';
import { goResponse, headerOf, parseHttpRequest, utf8Length } from './http.js';
import type { Program } from './program.js';
import { whoami } from './whoami.js';

const NGINX_PAGE = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;
const NGINX_VERSION = 'nginx/1.27.1';

const nginxError = (status: string): string =>
  `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>${NGINX_VERSION}</center>\r\n</body>\r\n</html>\r\n`;

/** nginx with the configuration of its image: one page. */
const nginx: Program = {
  name: 'nginx',
  answer(text, _connection, { nowUs }) {
    const request = parseHttpRequest(text);
    const reply = (status: string, body: string, extra: string[] = []): string =>
      [
        `HTTP/1.1 ${status}`,
        `Server: ${NGINX_VERSION}`,
        `Date: ${httpDate(nowUs)}`,
        'Content-Type: text/html',
        `Content-Length: ${utf8Length(body)}`,
        ...extra,
        '',
        request?.method === 'HEAD' ? '' : body,
      ].join('\r\n');
    if (!request) return reply('400 Bad Request', nginxError('400 Bad Request'), ['Connection: close']);
    const path = request.target.split('?')[0];
    if (path !== '/' && path !== '/index.html') return reply('404 Not Found', nginxError('404 Not Found'), ['Connection: keep-alive']);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return reply('405 Not Allowed', nginxError('405 Not Allowed'), ['Connection: keep-alive']);
    }
    return reply('200 OK', NGINX_PAGE, ['Connection: keep-alive', 'Accept-Ranges: bytes']);
  },
  /** Log format `combined`. */
  logLine(text, response, { remote }, { nowUs }) {
    const request = parseHttpRequest(text);
    if (!request) return undefined;
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(response) ?? [];
    const sent = utf8Length(response.slice(response.indexOf('\r\n\r\n') + 4));
    const of = (name: string): string => headerOf(request, name) ?? '-';
    const line = `${request.method} ${request.target} ${request.protocol}`;
    return `${formatAddress(remote.address)} - - [${logDate(nowUs)}] "${line}" ${status} ${sent} "${of('referer')}" "${of('user-agent')}" "-"`;
  },
};

/** `22/Sep/2024:13:55:28 +0000` */
const logDate = (us: number): string => httpDate(us).replace(/^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/, '$1/$2/$3:$4 +0000');

/** The echo server of the Kubernetes e2e images: what it was asked, and by whom. Source: kubernetes/ingress-nginx `images/echo`. */
const echoserver: Program = {
  name: 'echoserver',
  answer(text, { local, remote }, { hostname, nowUs }) {
    const request = parseHttpRequest(text);
    if (!request) return 'HTTP/1.1 400 Bad Request\r\nServer: echoserver\r\nConnection: close\r\n\r\n';
    const host = request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '';
    const headers = request.headers.map(([name, value]) => `\t${name.toLowerCase()}=${value}  \n`).toSorted();
    const body = [
      `\n\nHostname: ${hostname}\n\nPod Information:\n\t-no pod information available-\n\n`,
      'Server values:\n\tserver_version=nginx: 1.14.2 - lua: 10015\n\n',
      `Request Information:\n\tclient_address=${formatAddress(remote.address)}\n\tmethod=${request.method}\n\treal path=${request.target}\n`,
      `\tquery=${request.target.split('?')[1] ?? ''}\n\trequest_version=1.1\n\trequest_scheme=http\n`,
      `\trequest_uri=http://${host.replace(/:\d+$/, '')}:${local.port}${request.target}\n\n`,
      `Request Headers:\n${headers.join('')}\nRequest Body:\n${request.body || '\t-no body in request-'}\n\n`,
    ].join('');
    return `HTTP/1.1 200 OK\r\nDate: ${httpDate(nowUs)}\r\nContent-Type: text/plain\r\nContent-Length: ${utf8Length(body)}\r\nConnection: keep-alive\r\nServer: echoserver\r\n\r\n${body}`;
  },
};

/** A server of Go behind TLS that is spoken to in plain text. Source: Go `net/http/server.go`. */
const tlsOnly = (name: string): Program => ({
  name,
  answer: () => 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n',
});

/** Health and metrics ports of Kubernetes' components: `/healthz` and its like say ok. */
const health: Program = {
  name: 'healthz',
  answer(text, _connection, { nowUs }) {
    const path = parseHttpRequest(text)?.target.split('?')[0];
    if (path !== undefined && /^\/(healthz|livez|readyz)$/.test(path)) return goResponse({ status: '200 OK', body: 'ok', nowUs });
    return goResponse({ status: '404 Not Found', body: '404 page not found\n', nowUs, headers: ['X-Content-Type-Options: nosniff'] });
  },
};

/** coredns' plugins `health` and `ready`. */
const corednsHealth: Program = {
  name: 'coredns-health',
  answer(text, { local }, { nowUs }) {
    const path = parseHttpRequest(text)?.target.split('?')[0];
    const wanted = local.port === 8080 ? '/health' : '/ready';
    if (path === wanted) return goResponse({ status: '200 OK', body: 'OK', nowUs });
    return goResponse({ status: '404 Not Found', body: '404 page not found\n', nowUs, headers: ['X-Content-Type-Options: nosniff'] });
  },
};

const PROGRAMS: readonly Program[] = [
  whoami,
  nginx,
  echoserver,
  tlsOnly('kube-apiserver'),
  tlsOnly('kubernetes-component'),
  health,
  corednsHealth,
];

/** How long a small server takes for a request. */
const SERVICE_TIME_US = 300;

/** Names every server program to the network, with what it knows of its container; `log` notes what it writes about a request. */
export function registerPrograms(
  sim: Sim,
  net: Netstack,
  hostnameIn: (netns: string) => string,
  log: (netns: string, app: string, text: string) => void,
): void {
  const written = new WeakMap<object, readonly string[]>();
  /** Written once for each state of a namespace's links: they come in an array of its own. */
  const addresses = (netns: string): readonly string[] => {
    const links = net.links(netns);
    let texts = written.get(links);
    if (!texts) {
      texts = links.flatMap((link) => link.addresses.map(({ prefix }) => formatAddress(prefix.address)));
      written.set(links, texts);
    }
    return texts;
  };
  for (const program of PROGRAMS) {
    net.registerApplication(program.name, (request, connection) => {
      const { netns } = connection;
      const view = { hostname: hostnameIn(netns), addresses: addresses(netns), nowUs: sim.nowUs };
      const response = program.answer(request, connection, view);
      const line = program.logLine?.(request, response, connection, view);
      if (line !== undefined) log(netns, program.name, line);
      return { response, serviceTimeUs: SERVICE_TIME_US };
    });
  }
}
