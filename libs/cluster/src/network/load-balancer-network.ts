import type { AddressRange, LoadBalancerNetwork } from '@svclab/kube-controllers';
import type { Netstack } from '@svclab/netstack';
import { address, formatAddress, ipv4Mask } from '@svclab/wire';
import type { Docker } from '../docker/docker.js';

/** Name of the docker network of the nodes. */
const NETWORK = 'kind';
/** Where in the network's last /24 the pool begins and ends: `172.18.255.200` to `172.18.255.250`, as guides for MetalLB on kind choose it. */
const POOL = { first: 200, last: 250 };

/** The docker network as the provider of load balancers uses it. */
export function loadBalancerNetwork(docker: Docker, net: Netstack): LoadBalancerNetwork {
  return {
    pool: () => poolOf(docker),
    announce: (text, node) => net.announce(address(text), node === undefined ? undefined : { netns: `node/${node}`, dev: 'eth0' }),
  };
}

function poolOf(docker: Docker): AddressRange | undefined {
  const subnet = docker.findNetwork(NETWORK)?.subnets.find(({ prefix }) => typeof prefix.address === 'number');
  if (!subnet) return undefined;
  const { address: base, length } = subnet.prefix;
  const broadcast = ((base as number) | ~ipv4Mask(length)) >>> 0;
  const last24 = (broadcast & 0xff_ff_ff_00) >>> 0;
  return { first: formatAddress(last24 + POOL.first), last: formatAddress(last24 + POOL.last) };
}
