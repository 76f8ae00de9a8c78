import type { Address, Prefix } from '@svclab/wire';

/** A published port: `0.0.0.0:30000->30000/tcp`. */
export interface PortMapping {
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
}

/** A container's place in one network. */
export interface NetworkEndpoint {
  readonly endpointId: string;
  readonly ipv4: Address;
  readonly ipv6: Address | null;
  readonly mac: string;
  /** The end of the veth pair that stays with the host, as a port of the bridge. */
  readonly hostLink: string;
}

/** A container of the lab host. Table `docker.containers`, key = name. */
export interface DockerContainer {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** Entry point and arguments. */
  readonly command: readonly string[];
  readonly hostname: string;
  readonly createdUs: number;
  readonly startedUs: number | null;
  readonly exitCode: number | null;
  readonly finishedUs: number | null;
  readonly autoRemove: boolean;
  /** Process of the entry point as the host numbers it. */
  readonly pid: number;
  readonly labels: { readonly [key: string]: string };
  readonly ports: readonly PortMapping[];
  /** Network namespace, also the container's {@link Location} in the shell. */
  readonly netns: string;
  readonly endpoints: { readonly [network: string]: NetworkEndpoint };
}

export interface NetworkSubnet {
  readonly prefix: Prefix;
  readonly gateway: Address;
}

/** A network of the lab host. Table `docker.networks`, key = name. */
export interface DockerNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: 'bridge' | 'host' | 'null';
  readonly createdUs: number;
  readonly enableIpv6: boolean;
  readonly subnets: readonly NetworkSubnet[];
  readonly options: { readonly [name: string]: string };
  readonly labels: { readonly [name: string]: string };
  /** The bridge's interface on the host. */
  readonly bridge: string | null;
  readonly mtu: number;
}

export const isRunning = (container: DockerContainer): boolean => container.startedUs !== null && container.exitCode === null;
