import { translate } from '@docusaurus/Translate';
import type { IpvsStep } from '@svclab/netfilter';
import type { NamespaceKind, Trace } from '@svclab/netstack';
import { formatAddress, sameAddress } from '@svclab/wire';
import { destinationText, markText, sourceText, tupleText } from './packet-words.js';
import type { NatStep, PathHop, PathStep, PathView, TableWalk } from './path-view.js';
import { reasonText } from './reasons.js';

/** `pod`, `node`: the word that goes with a namespace's shape and colour. */
export function kindText(kind: NamespaceKind): string {
  switch (kind) {
    case 'pod':
      return translate({ id: 'packetPath.kind.pod', message: 'pod' });
    case 'node':
      return translate({ id: 'packetPath.kind.node', message: 'node' });
    case 'host':
      return translate({ id: 'packetPath.kind.host', message: 'host' });
    case 'client':
      return translate({ id: 'packetPath.kind.client', message: 'client' });
  }
}

/** Where and what, short: `nat PREROUTING`, `conntrack`, `route`. */
export function stepTitle({ content, place }: PathStep): string {
  switch (content.kind) {
    case 'table':
      return `${content.table} ${content.hook}`;
    case 'nat':
      return `nat ${content.hook}`;
    case 'conntrack':
      return `conntrack ${content.hook}`;
    case 'ipvs':
      return `IPVS ${content.hook}`;
    case 'hook':
      return content.hook;
    case 'route':
      return translate({ id: 'packetPath.title.route', message: 'route' });
    case 'receive':
      return translate({ id: 'packetPath.title.receive', message: 'arrives by {iface}' }, { iface: content.iface });
    case 'transmit':
      return translate({ id: 'packetPath.title.transmit', message: 'leaves by {iface}' }, { iface: content.iface });
    case 'socket':
      return translate({ id: 'packetPath.title.socket', message: 'a process sends' });
    case 'deliver':
      return content.socket ?? translate({ id: 'packetPath.title.deliver', message: 'socket' });
    case 'answer':
      return translate({ id: 'packetPath.title.answer', message: 'answer from {place}' }, { place });
    case 'drop':
      return translate({ id: 'packetPath.title.drop', message: 'end of the way' });
  }
}

/** What happens at a step, one sentence. */
export function stepEffect(step: PathStep): string {
  const { content, before, after } = step;
  switch (content.kind) {
    case 'socket':
      return translate({ id: 'packetPath.effect.socket', message: 'Sends {tuple}.' }, { tuple: tupleText(after) });
    case 'receive':
      return translate({ id: 'packetPath.effect.receive', message: 'Arrives as {tuple}.' }, { tuple: tupleText(after) });
    case 'transmit':
      return translate({ id: 'packetPath.effect.transmit', message: 'Leaves towards {to}.' }, { to: content.to });
    case 'hook':
      return translate({ id: 'packetPath.effect.hook', message: 'No rules hang here.' });
    case 'route':
      return routeEffect(content, before.ttl === after.ttl ? undefined : after.ttl);
    case 'conntrack':
      return content.created
        ? translate({ id: 'packetPath.effect.newConnection', message: 'A new connection, state {state}.' }, { state: content.result })
        : translate({ id: 'packetPath.effect.connection', message: 'State {state}.' }, { state: content.result });
    case 'nat':
      return natEffect(content);
    case 'ipvs':
      return ipvsEffect(content);
    case 'table':
      return content.nat ? natEffect(content.nat) : tableEffect(content, step);
    case 'deliver':
    case 'answer':
    case 'drop':
      return sentence(reasonText(content.note));
  }
}

/** What the live region says: `Step 14 of 24. control-plane, nat PREROUTING. Destination becomes 10.10.2.2:80.` */
export function stepSentence(view: PathView, step: PathStep): string {
  const hop = view.hops[step.hop]!;
  return translate(
    { id: 'packetPath.step', message: 'Step {number} of {total}. {hop}, {title}. {effect}' },
    { number: step.index + 1, total: view.steps.length, hop: hop.title, title: stepTitle(step), effect: stepEffect(step) },
  );
}

/** While playing, hops alone are spoken. */
export function hopSentence(view: PathView, hop: PathHop): string {
  return translate(
    { id: 'packetPath.hop', message: 'Hop {number} of {total}: {title}, {kind}.' },
    { number: hop.index + 1, total: view.hops.length, title: hop.title, kind: kindText(hop.kind) },
  );
}

/** How the whole ended, one or two sentences. */
export function resultSentence(trace: Trace): string {
  const client = trace.forward[0]?.title ?? trace.flow.netns;
  const server = trace.forward.at(-1);
  const service = serviceOf(trace);
  if (trace.disposition !== 'accepted' || !server) return sentence(reasonText(trace.reason));
  const reaches = service
    ? translate(
        { id: 'packetPath.result.through', message: '{client} reaches {server} through {service}.' },
        { client, server: server.title, service },
      )
    : translate({ id: 'packetPath.result.direct', message: '{client} reaches {server}.' }, { client, server: server.title });
  return `${reaches} ${sourceSentence(trace)}`;
}

/** Name of the Service whose rule chose, by the sandbox's own account. */
function serviceOf(trace: Trace): string | undefined {
  for (const { steps } of trace.forward) {
    for (const step of steps) {
      const service = step.kind === 'rule' && step.rule.table === 'nat' ? step.rule.cause?.service : undefined;
      if (service) return `${service.namespace}/${service.name}`;
    }
  }
  return undefined;
}

function sourceSentence({ flow, forward }: Trace): string {
  const seen = forward.at(-1)!.packetOut.src;
  const own = forward[0]!.packetIn.src;
  return sameAddress(seen, own)
    ? translate({ id: 'packetPath.result.sameSource', message: 'Its own address stays {own}.' }, { own: formatAddress(own) })
    : translate(
        { id: 'packetPath.result.otherSource', message: 'The server sees {seen} in place of {own}.' },
        { seen: formatAddress(seen), own: formatAddress(flow.source ?? own) },
      );
}

function routeEffect({ route, note, outIface }: Extract<PathStep['content'], { kind: 'route' }>, ttl: number | undefined): string {
  if (route === null) return translate({ id: 'packetPath.effect.noRoute', message: 'No route.' });
  if (note) return translate({ id: 'packetPath.effect.local', message: 'An address of this kernel: local delivery.' });
  const way = translate({ id: 'packetPath.effect.route', message: 'By {route}.' }, { route: route || (outIface ?? '') });
  return ttl === undefined ? way : `${way} ${translate({ id: 'packetPath.effect.ttl', message: 'TTL becomes {ttl}.' }, { ttl })}`;
}

function natEffect({ manip, origin, after }: NatStep): string {
  const change =
    manip === 'DST'
      ? translate({ id: 'packetPath.effect.destination', message: 'Destination becomes {to}' }, { to: destinationText(after) })
      : translate({ id: 'packetPath.effect.source', message: 'Source becomes {to}' }, { to: sourceText(after) });
  if (origin === 'conntrack') return `${change}. ${translate({ id: 'packetPath.effect.noRule', message: 'From conntrack, no rule.' })}`;
  return `${change}.`;
}

function ipvsEffect({ result, service, server }: IpvsStep): string {
  const names = { service, server: server ?? '–' };
  switch (result) {
    case 'sent':
      return translate({ id: 'packetPath.effect.ipvs.sent', message: 'Virtual service {service}: on to {server}.' }, names);
    case 'answer':
      return translate({ id: 'packetPath.effect.ipvs.answer', message: 'An answer of {server}: from {service} again.' }, names);
    case 'refused':
    case 'dropped':
      return translate({ id: 'packetPath.effect.ipvs.none', message: 'Virtual service {service}: no real server takes it.' }, names);
  }
}

function tableEffect({ walk }: TableWalk, { mark }: PathStep): string {
  const last = walk.at(-1);
  if (!last) return translate({ id: 'packetPath.effect.noTable', message: 'No rules.' });
  if (last.kind === 'rule') {
    return translate(
      { id: 'packetPath.effect.decides', message: 'Rule {number} of {chain}: {verdict}.' },
      { number: last.rule.number, chain: last.rule.chain, verdict: last.verdict },
    );
  }
  const marks = walk.find((step) => step.kind === 'rule' && step.mark !== 0);
  const policy = translate({ id: 'packetPath.effect.policy', message: 'No rule decides: {outcome}.' }, { outcome: last.outcome });
  return marks ? `${policy} ${translate({ id: 'packetPath.effect.mark', message: 'Mark {mark}.' }, { mark: markText(mark) })}` : policy;
}

/** Begins as a sentence does, unless it begins with a name or number that is written as it is. */
export const sentence = (text: string): string =>
  `${/^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text}${/[.?]$/.test(text) ? '' : '.'}`;
