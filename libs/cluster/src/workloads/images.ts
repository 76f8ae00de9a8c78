import { hash64, hashText } from '@svclab/sim';
import type { Listener } from './program.js';

/** Shells and operating system of an image: what `exec` finds there. */
export type Userland = 'netshoot' | 'debian' | 'busybox' | 'none';

/** Programs that are engines of ours, started and stopped with their container. */
export type Daemon = 'kube-proxy' | 'kindnetd' | 'coredns';

/** What is known of a container image. */
export interface ImageSpec {
  /** Without registry `docker.io` and namespace `library`, without tag. */
  readonly repository: string;
  readonly userland: Userland;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** What its own program listens on. */
  readonly listeners: readonly Listener[];
  readonly daemon?: Daemon;
  /** Whether the program runs until it is stopped; a shell without a terminal ends at once. */
  readonly stays: boolean;
  /** With what code the program ends on SIGTERM; a Go program has 2. */
  readonly termExitCode?: number;
  /** Compressed, as it is pulled. */
  readonly sizeBytes: number;
}

const server = (process: string, port: number, app: string, fd = 3): Listener => ({
  process,
  fd,
  protocol: 'tcp',
  bind: 'any',
  port,
  app,
  order: port,
});

const image = (repository: string, members: Partial<ImageSpec>): ImageSpec => ({
  repository,
  userland: 'none',
  entrypoint: [],
  command: [],
  listeners: [],
  stays: true,
  sizeBytes: 40_000_000,
  ...members,
});

const shellImage = (repository: string, userland: Userland, command: readonly string[], sizeBytes: number): ImageSpec =>
  image(repository, { userland, command, stays: false, sizeBytes });

const component = (name: string, listeners: readonly Listener[]): ImageSpec =>
  image(`registry.k8s.io/${name}`, { entrypoint: [name], listeners });

const onNode = (
  process: string,
  fd: number,
  bind: Listener['bind'],
  port: number,
  order: number,
  app = 'kubernetes-component',
): Listener => ({
  process,
  fd,
  protocol: 'tcp',
  bind,
  port,
  order,
  app,
});

/** Images that this world can run. Others cannot be pulled. */
const CATALOGUE: readonly ImageSpec[] = [
  image('traefik/whoami', { sizeBytes: 2_986_414, entrypoint: ['/whoami'], listeners: [server('whoami', 80, 'whoami')] }),
  image('nginx', {
    userland: 'debian',
    sizeBytes: 70_984_068,
    entrypoint: ['/docker-entrypoint.sh'],
    command: ['nginx', '-g', 'daemon off;'],
    listeners: [server('nginx', 80, 'nginx', 6)],
    termExitCode: 0,
  }),
  image('registry.k8s.io/echoserver', {
    userland: 'debian',
    entrypoint: ['/usr/local/bin/run.sh'],
    listeners: [server('nginx', 8080, 'echoserver', 6)],
  }),
  image('registry.k8s.io/e2e-test-images/echoserver', { userland: 'debian', listeners: [server('nginx', 8080, 'echoserver', 6)] }),
  image('k8s.gcr.io/echoserver', { userland: 'debian', listeners: [server('nginx', 8080, 'echoserver', 6)] }),
  image('gcr.io/google_containers/echoserver', { userland: 'debian', listeners: [server('nginx', 8080, 'echoserver', 6)] }),
  shellImage('nicolaka/netshoot', 'netshoot', ['zsh'], 185_371_236),
  shellImage('busybox', 'busybox', ['sh'], 1_848_702),
  shellImage('alpine', 'busybox', ['/bin/sh'], 4_092_013),
  shellImage('debian', 'debian', ['bash'], 49_586_880),
  shellImage('ubuntu', 'debian', ['/bin/bash'], 27_356_264),
  image('registry.k8s.io/pause', { entrypoint: ['/pause'] }),
  image('kindest/node', { userland: 'debian', entrypoint: ['/usr/local/bin/entrypoint', '/sbin/init'] }),
  image('kindest/kindnetd', { userland: 'debian', entrypoint: ['/bin/kindnetd'], daemon: 'kindnetd' }),
  image('kindest/local-path-provisioner', { entrypoint: ['local-path-provisioner'] }),
  image('registry.k8s.io/coredns/coredns', {
    entrypoint: ['/coredns'],
    listeners: [
      { process: 'coredns', fd: 7, protocol: 'tcp', bind: 'any', port: 53, order: 53, app: 'coredns-tcp' },
      { process: 'coredns', fd: 8, protocol: 'udp', bind: 'any', port: 53, order: 53, app: 'coredns' },
      server('coredns', 8080, 'coredns-health', 9),
      server('coredns', 8181, 'coredns-health', 10),
      { process: 'coredns', fd: 11, protocol: 'tcp', bind: 'any', port: 9153, order: 9153, app: 'healthz' },
    ],
    daemon: 'coredns',
  }),
  component('etcd', [
    onNode('etcd', 9, 'node', 2379, 1),
    onNode('etcd', 7, 'node', 2380, 2),
    onNode('etcd', 14, 'loopback', 2381, 7, 'healthz'),
    onNode('etcd', 8, 'loopback', 2379, 8),
  ]),
  component('kube-controller-manager', [onNode('kube-controller', 3, 'loopback', 10257, 3)]),
  component('kube-scheduler', [onNode('kube-scheduler', 3, 'loopback', 10259, 4)]),
  component('kube-apiserver', [onNode('kube-apiserver', 3, 'any', 6443, 103, 'kube-apiserver')]),
  {
    ...component('kube-proxy', [
      onNode('kube-proxy', 12, 'loopback', 10249, 6, 'kube-proxy-metrics'),
      onNode('kube-proxy', 13, 'any', 10256, 102, 'kube-proxy-healthz'),
    ]),
    daemon: 'kube-proxy',
  },
];

/** What a kind node runs outside any pod. */
export const NODE_SERVICES = {
  containerd: [{ process: 'containerd', fd: 11, protocol: 'tcp', bind: 'loopback', port: null, order: 91 }],
  kubelet: [onNode('kubelet', 15, 'loopback', 10248, 5, 'healthz'), onNode('kubelet', 22, 'any', 10250, 101)],
} satisfies { readonly [service: string]: readonly Listener[] };

const byRepository = new Map(CATALOGUE.map((spec) => [spec.repository, spec]));

/** An image reference taken apart: `docker.io/library/nginx:1.27@sha256:…`. */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string;
}

/** Source: distribution/reference `normalize.go`, `ParseDockerRef`. */
export function parseImageReference(reference: string): ImageReference {
  const [withoutDigest] = reference.split('@');
  const match = /^(.*?)(?::([\w][\w.-]{0,127}))?$/.exec(withoutDigest!)!;
  const repository = match[1]!.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '');
  return { repository, tag: match[2] ?? 'latest' };
}

/** `docker.io/traefik/whoami:latest`: how the container runtime writes a reference. */
export function canonicalReference(reference: string): string {
  const { repository, tag } = parseImageReference(reference);
  const [first] = repository.split('/');
  const hasRegistry = repository.includes('/') && (/[.:]/.test(first!) || first === 'localhost');
  const path = hasRegistry ? repository : `docker.io/${repository.includes('/') ? '' : 'library/'}${repository}`;
  return `${path}:${tag}`;
}

/** `undefined` for an image that does not exist here. */
export const findImage = (reference: string): ImageSpec | undefined => byRepository.get(parseImageReference(reference).repository);

/** 64 hexadecimal digits that stand for an image's content: always the same for the same reference. */
// Simplification: image digests are derived from the reference; there is no content to hash.
export function imageDigest(reference: string): string {
  const canonical = canonicalReference(reference);
  return [0, 1, 2, 3].map((part) => hashText(hash64(`${part}/${canonical}`))).join('');
}

/** As the kubelet reports a running image: `docker.io/traefik/whoami@sha256:…`. */
export function imageId(reference: string): string {
  const canonical = canonicalReference(reference);
  return `${canonical.slice(0, canonical.lastIndexOf(':'))}@sha256:${imageDigest(reference)}`;
}
