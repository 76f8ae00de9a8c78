import { formatTime } from '@svclab/kube-api';
import { parseImageReference } from './images.js';

/** `2024/09/28 10:15:30`: how nginx and Go's package log write a time. */
const slashed = (us: number): string => formatTime(us).replace('T', ' ').replace('Z', '').replaceAll('-', '/');

const NGINX_ENTRYPOINT = `/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration
/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/
/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh
10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf
10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf
/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh
/docker-entrypoint.sh: Configuration complete; ready for start up`.split('\n');

const NGINX_NOTICES = [
  'using the "epoll" event method',
  'nginx/1.27.1',
  'built by gcc 12.2.0 (Debian 12.2.0-14) ',
  'OS: Linux 6.10.4-linuxkit',
  'getrlimit(RLIMIT_NOFILE): 1048576:1048576',
  'start worker processes',
];
/** The machine has eight cores, and nginx a worker for each. */
const NGINX_WORKERS = [29, 30, 31, 32, 33, 34, 35, 36];

const STARTUP_LINES: Readonly<Record<string, (startedUs: number) => readonly string[]>> = {
  'traefik/whoami': (startedUs) => [`${slashed(startedUs)} Starting up on port 80`],
  nginx: (startedUs) => [
    ...NGINX_ENTRYPOINT,
    ...[...NGINX_NOTICES, ...NGINX_WORKERS.map((pid) => `start worker process ${pid}`)].map(
      (text) => `${slashed(startedUs)} [notice] 1#1: ${text}`,
    ),
  ],
  // Simplification: coredns does not print the line with the hash of its configuration.
  'registry.k8s.io/coredns/coredns': () => ['.:53', 'CoreDNS-1.11.1', 'linux/arm64, go1.20.7, ae2bbc2'],
};

/** What a server of this image writes when it starts. */
// Simplification: only whoami, nginx and coredns are known to write anything at their start.
export const startupLines = (image: string, startedUs: number): readonly string[] =>
  STARTUP_LINES[parseImageReference(image).repository]?.(startedUs) ?? [];
