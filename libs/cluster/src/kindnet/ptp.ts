import type { Netstack } from '@svclab/netstack';
import type { Prng, Sim } from '@svclab/sim';
import type { Prefix } from '@svclab/wire';
import type { NodeKernel } from '../node/node-kernel.js';
import { FIRST_FREE_IFINDEX, globalAddress, linkLocalAddress, onNetwork, randomMac, tunnels } from '../network/links.js';
import { HostLocal } from './host-local.js';

/** A pod sandbox that wants to be on the network. */
export interface PtpRequest {
  readonly node: string;
  readonly nodeNetns: string;
  readonly podNetns: string;
  /** `namespace/name`, the owner of the address. */
  readonly pod: string;
  readonly podCidr: Prefix;
  readonly mtu: number;
}

export interface PtpAttachment {
  readonly ipv4: number;
  /** The end of the veth pair on the node. */
  readonly hostLink: string;
}

/**
 * The CNI plugin ptp: a veth pair whose ends route to each other by host routes, so
 * that even neighbours on one node speak through the node.
 * Source: containernetworking/plugins `plugins/main/ptp/ptp.go`.
 */
export class Ptp {
  constructor(
    private readonly sim: Sim,
    private readonly net: Netstack,
    private readonly ipam: HostLocal,
    private readonly kernel: NodeKernel,
  ) {}

  /** `undefined` when the node has no free address. */
  attach(request: PtpRequest): PtpAttachment | undefined {
    const { node, nodeNetns, podNetns, podCidr, mtu } = request;
    const ipv4 = this.ipam.allocate(node, podCidr, request.pod);
    if (ipv4 === undefined) return undefined;
    const random = this.sim.random('cni');
    const gateway = HostLocal.gateway(podCidr);
    const hostLink = `veth${random.hex(8)}`;
    const ifindex = this.kernel.nextIfindex(node);
    const [podMac, hostMac] = [randomMac(random), randomMac(random)];
    for (const tunnel of tunnels(podNetns, random)) this.net.addLink(tunnel);
    this.net.addVethPair(
      {
        netns: podNetns,
        name: 'eth0',
        ifindex: FIRST_FREE_IFINDEX,
        mac: podMac,
        mtu,
        addresses: [onNetwork(ipv4, podCidr.length), linkLocalAddress(podMac)],
        display: { netnsid: '0' },
      },
      {
        netns: nodeNetns,
        name: hostLink,
        ifindex,
        mac: hostMac,
        mtu,
        addresses: [globalAddress(gateway, 32), linkLocalAddress(hostMac)],
        display: { netns: `cni-${uuid(random)}` },
      },
    );
    this.net.addRoute({ netns: podNetns, destination: { address: gateway, length: 32 }, dev: 'eth0', scope: 'link', src: ipv4 });
    this.net.addRoute({ netns: podNetns, destination: podCidr, via: gateway, dev: 'eth0', scope: 'global', src: ipv4 });
    this.net.addRoute({ netns: podNetns, destination: { address: 0, length: 0 }, via: gateway, dev: 'eth0', scope: 'global' });
    this.net.addRoute({ netns: nodeNetns, destination: { address: ipv4, length: 32 }, dev: hostLink, scope: 'host' });
    return { ipv4, hostLink };
  }

  detach(node: string, nodeNetns: string, { ipv4, hostLink }: PtpAttachment): void {
    this.net.removeLink(nodeNetns, hostLink);
    this.ipam.release(node, ipv4);
  }
}

const uuid = (random: Prng): string => [8, 4, 4, 4, 12].map((length) => random.hex(length)).join('-');
