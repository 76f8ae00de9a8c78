import { readKernel } from './kernel-view.js';

const LISTING = `table ip kube-proxy {
	comment "rules for kube-proxy"
	set cluster-ips {
		type ipv4_addr
		comment "Active ClusterIPs"
		elements = { 10.200.1.1, 10.200.1.10,
			     10.200.1.178 }
	}

	map no-endpoint-services {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.200.1.60 . tcp . 80 comment "default/empty:http" : goto reject-chain,
			     10.200.1.61 . udp . 53 comment "default/none" : drop }
	}

	set affinity-A-default/web/tcp/http__10.10.1.5/80 {
		type ipv4_addr
		elements = { 10.10.0.5 expires 2h }
	}

	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}

	chain service-B-default/web/tcp/http {
		numgen random mod 1 vmap { 0 : goto endpoint-C-default/web/tcp/http__10.10.1.5/80 }
	}
}
`;

it('reads of a listing what Services have put there', () => {
  const calls: string[] = [];
  const run = (argv: readonly string[]) => (calls.push(argv.join(' ')), { exitCode: 0, stdout: LISTING, stderr: '' });
  const { elements, chains, affinitySets } = readKernel({ run, setSysctl: () => undefined }, 'ip kube-proxy');
  expect(calls).toEqual(['nft list table ip kube-proxy']);
  expect(Object.fromEntries(Object.entries(elements).map(([name, found]) => [name, [...found.values()]]))).toEqual({
    'cluster-ips': [{ key: '10.200.1.1' }, { key: '10.200.1.10' }, { key: '10.200.1.178' }],
    'no-endpoint-services': [
      { key: '10.200.1.60 . tcp . 80', value: 'goto reject-chain', comment: 'default/empty:http' },
      { key: '10.200.1.61 . udp . 53', value: 'drop', comment: 'default/none' },
    ],
  });
  expect([...chains]).toEqual(['service-B-default/web/tcp/http']);
  expect([...affinitySets]).toEqual(['affinity-A-default/web/tcp/http__10.10.1.5/80']);
});
