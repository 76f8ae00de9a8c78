import type { Answer } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { answer, problem } from './answer.js';

/** Asks which rules and endpoints of a Service a node has, and why not the others. */
export interface ServiceQuery {
  readonly kind: 'service';
  readonly node: string;
  readonly namespace: string;
  readonly name: string;
}

const TABLES = ['filter', 'nat'] as const;

export function explainService({ world }: Sandbox, { node, namespace, name }: ServiceQuery): Answer {
  const netns = `node/${node}` as const;
  if (!world.container(netns)) return problem(404, 'NotFound', `nodes "${node}" not found`);
  if (!world.api.get('services', namespace, name)) return problem(404, 'NotFound', `services "${name}" not found`);
  const ports = world.kubeProxy.explainService(node, namespace, name);
  const used = (port: string): string[] =>
    ports
      .filter((explained) => explained.port === port)
      .flatMap(({ endpoints }) => endpoints.filter(({ uses }) => uses.some((use) => use.used)).map(({ address }) => address));
  const { netfilter } = world.net;
  const all = [
    ...TABLES.flatMap((table) => netfilter.rules(netns, table).map(({ chain, text }) => ({ table, rule: `-A ${chain} ${text}` }))),
    ...netfilter.nativeRules(netns).map(({ table, text }) => ({ table, rule: text })),
  ];
  const rules = all.flatMap(({ table, rule }) => {
    const cause = world.kubeProxy.provenance(rule);
    if (cause?.service.namespace !== namespace || cause.service.name !== name) return [];
    const { port } = cause.service;
    return [{ table, rule, port, endpoints: cause.endpoint ? [cause.endpoint.address] : [...new Set(used(port))] }];
  });
  return answer({ node, service: { namespace, name }, mode: world.kubeProxy.mode(node) ?? null, ports, rules });
}
