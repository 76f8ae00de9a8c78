import type { Netstack } from '@svclab/netstack';
import type { NodeTools } from '@svclab/kube-proxy';
import { assert } from '@svclab/sim';

interface ToolOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command-line tools of one network namespace, for the daemons that configure it by them. */
export function nodeTools(net: Netstack, netns: string): NodeTools {
  return {
    run: (argv, stdin = '') => runIn(net, netns, argv, stdin),
    setSysctl: (name, value) => net.setSysctl(netns, name, value),
  };
}

function runIn(net: Netstack, netns: string, argv: readonly string[], stdin: string): ToolOutput {
  const [tool, ...args] = argv;
  switch (tool) {
    case 'iptables':
      return net.netfilter.iptables(netns, args);
    case 'iptables-save':
      return net.netfilter.iptablesSave(netns, args);
    case 'iptables-restore':
      return net.netfilter.iptablesRestore(netns, args, stdin);
    case 'conntrack':
      return net.netfilter.conntrack(netns, args);
    case 'nfacct':
      return net.netfilter.nfacct(netns, args);
    case 'ipset':
      return net.netfilter.ipset(netns, args, stdin);
    case 'ipvsadm':
      return net.netfilter.ipvsadm(netns, args, stdin);
    case 'nft':
      return net.netfilter.nft(netns, args, (path) => (path === '-' ? stdin : undefined));
    case 'ip':
      return net.ip(netns, args);
    default:
      return { exitCode: 127, stdout: '', stderr: `${tool}: command not found\n` };
  }
}

/** Runs a tool that cannot fail unless a daemon of ours is wrong; returns what it printed. */
export function runTool(tools: NodeTools, argv: string[], stdin?: string): string {
  const result = tools.run(argv, stdin);
  assert(result.exitCode === 0, `${argv.join(' ')}: exit code ${result.exitCode}: ${result.stderr.trim()}`);
  return result.stdout;
}
