import type { Answer } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { answer, problem } from './answer.js';

/** Questions about one node's kernel, answered by the node's own tools or as data. */
export type NodeQuery =
  | {
      readonly kind: 'iptables';
      readonly node: string;
      readonly table?: string;
      readonly chain?: string;
      readonly format: 'save' | 'spec' | 'list' | 'json';
    }
  | { readonly kind: 'ipvs'; readonly node: string; readonly format?: 'list' | 'stats' | 'rate' | 'connections' | 'save' | 'json' }
  | { readonly kind: 'conntrack' | 'routes' | 'addresses' | 'sockets' | 'nftables'; readonly node: string };

const TABLES = ['filter', 'nat', 'mangle', 'raw'];

export function readNode(sandbox: Sandbox, query: NodeQuery): Answer {
  const { net } = sandbox.world;
  const netns = `node/${query.node}` as const;
  if (!sandbox.world.container(netns)) return problem(404, 'NotFound', `nodes "${query.node}" not found`);
  switch (query.kind) {
    case 'iptables':
      return iptables(sandbox, netns, query);
    case 'conntrack':
      return answer(net.netfilter.connections(netns));
    case 'routes':
      return text(net.ip(netns, ['route']));
    case 'addresses':
      return text(net.ip(netns, ['addr']));
    case 'sockets':
      return text(net.ss(netns, ['-tulnp']));
    case 'ipvs':
      return ipvs(sandbox, netns, query);
    case 'nftables':
      return nftables(sandbox, netns, query);
  }
}

/** Virtual services that somebody made by hand are shown in every mode. */
function ipvs(sandbox: Sandbox, netns: string, query: Extract<NodeQuery, { kind: 'ipvs' }>): Answer {
  const { netfilter } = sandbox.world.net;
  if (netfilter.virtualServices(netns).length === 0 && sandbox.world.kubeProxy.mode(query.node) !== 'ipvs')
    return wrongMode(sandbox, query);
  switch (query.format) {
    case 'json':
      return answer(netfilter.virtualServices(netns));
    case 'stats':
    case 'rate':
      return text(netfilter.ipvsadm(netns, ['-L', '-n', `--${query.format}`]));
    case 'connections':
      return text(netfilter.ipvsadm(netns, ['-L', '-n', '-c']));
    case 'save':
      return text(netfilter.ipvsadm(netns, ['-S', '-n']));
    default:
      return text(netfilter.ipvsadm(netns, ['-L', '-n']));
  }
}

/** Rules that somebody wrote by hand are shown in every mode. */
function nftables(sandbox: Sandbox, netns: string, query: NodeQuery): Answer {
  const ruleset = sandbox.world.net.netfilter.nft(netns, ['list', 'ruleset']);
  return ruleset.stdout === '' ? wrongMode(sandbox, query) : text(ruleset);
}

function wrongMode(sandbox: Sandbox, { kind, node }: NodeQuery): Answer {
  const mode = sandbox.world.kubeProxy.mode(node);
  return problem(409, 'Wrong proxy mode', `this sandbox's kube-proxy runs in ${mode ?? 'no'} mode: there is no ${kind} state`);
}

function iptables(sandbox: Sandbox, netns: string, query: Extract<NodeQuery, { kind: 'iptables' }>): Answer {
  const { netfilter } = sandbox.world.net;
  const table = query.table ?? 'nat';
  if (!TABLES.includes(table)) {
    return problem(422, 'Invalid table', `table "${table}" is not one of ${TABLES.join(', ')}`, [
      { pointer: '/table', detail: `must be one of ${TABLES.join(', ')}` },
    ]);
  }
  const chain = query.chain === undefined ? [] : [query.chain];
  switch (query.format) {
    case 'save':
      return text(netfilter.iptablesSave(netns, ['-t', table]));
    case 'spec':
      return text(netfilter.iptables(netns, ['-t', table, '-S', ...chain]));
    case 'list':
      return text(netfilter.iptables(netns, ['-t', table, '-L', ...chain, '-v', '-n', '--line-numbers']));
    case 'json':
      return answer(netfilter.rules(netns, table as 'nat', query.chain));
  }
}

function text(result: { exitCode: number; stdout: string; stderr: string }): Answer {
  return result.exitCode === 0 ? answer({ text: result.stdout }) : problem(404, 'NotFound', result.stderr.trim());
}
