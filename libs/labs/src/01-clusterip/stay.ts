import type { ClusterView } from '../cluster-view.js';
import { share } from '../render.js';
import { serviceRules } from '../service-rules.js';
import type { Check, Finding } from '../types.js';
import { addressOf, CLIENT, holds, idle, notYet, podName, PORT, SERVICE } from './found.js';

const SECONDS = 600;

/** A client keeps its pod for ten minutes after its last connection. */
export const stay: Check = {
  id: 'stay',
  conditions: [
    { id: 'affinity', look: remembersClients },
    { id: 'timeout', needs: 'affinity', look: forTenMinutes },
    { id: 'rules', needs: 'timeout', look: rulesAskForTenMinutes },
    { id: 'stays', needs: 'rules', look: clientStays },
    { id: 'tracked', needs: 'stays', look: connectionIsTracked },
  ],
  solution: [
    `kubectl patch svc ${SERVICE} -p '{"spec":{"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":${SECONDS}}}}}'`,
    `kubectl exec ${CLIENT} -- curl -s $SVC1:${PORT}`,
  ],
};

function remembersClients(cluster: ClusterView): Finding {
  const service = cluster.find('services', SERVICE);
  if (!service) return notYet('found.no-service');
  if (addressOf(service) === undefined) return notYet('found.headless');
  const affinity: string = service.spec!['sessionAffinity'];
  return affinity === 'ClientIP' ? holds('found.affinity', { affinity }) : notYet('found.affinity', { affinity });
}

function forTenMinutes(cluster: ClusterView): Finding {
  const seconds: number = cluster.find('services', SERVICE)!.spec!['sessionAffinityConfig'].clientIP.timeoutSeconds;
  return seconds === SECONDS ? holds('found.timeout', { seconds }) : notYet('found.timeout', { seconds });
}

function rulesAskForTenMinutes(cluster: ClusterView): Finding {
  const address = serviceAddress(cluster);
  const nodes = cluster.nodes();
  for (const node of nodes) {
    const rules = serviceRules(cluster, node, address, PORT);
    if (!rules)
      return notYet(cluster.endpoints(SERVICE).length ? 'found.node-no-rules' : 'found.no-endpoints', { node, address, port: PORT });
    if (rules.affinitySeconds !== SECONDS)
      return notYet('found.node-seconds', { node, chain: rules.chain, seconds: rules.affinitySeconds ?? '–' });
  }
  return holds('found.nodes-ask', { count: nodes.length, seconds: SECONDS });
}

/** Where the next connection goes is asked of the rules themselves: one way only is what "remembered" means. */
function clientStays(cluster: ClusterView): Finding {
  const pod = cluster.find('pods', CLIENT);
  const reason = idle(CLIENT, pod);
  if (reason) return reason;
  const branches = nextConnection(cluster);
  const lost = branches.find(({ disposition }) => disposition !== 'accepted');
  if (lost) return notYet('found.not-answered', { disposition: lost.disposition });
  const pods = branches.map(({ netns }) => podName(netns));
  if (pods.length === 1) return holds('found.stays', { pod: pods[0]! });
  const shares = branches.map(({ netns, probability }) => `${podName(netns)} ${share(probability)}`);
  return notYet('found.may-go', {
    shares: shares.join(', '),
    node: pod!.spec!['nodeName'],
    address: pod!.status!['podIP'],
    seconds: SECONDS,
  });
}

function connectionIsTracked(cluster: ClusterView): Finding {
  const client = cluster.find('pods', CLIENT)!;
  const node: string = client.spec!['nodeName'];
  const source: string = client.status!['podIP'];
  const address = serviceAddress(cluster);
  const server = podName(nextConnection(cluster)[0]!.netns);
  const serverAddress: string = cluster.find('pods', server)!.status!['podIP'];
  const tracked = cluster
    .connections(node)
    .find(
      ({ original, reply, status }) =>
        original.src === source &&
        original.dst === address &&
        original.dport === PORT &&
        reply.src === serverAddress &&
        status.includes('SEEN_REPLY'),
    );
  return tracked
    ? holds('found.tracked', { node, sport: tracked.original.sport, reply: `${tracked.reply.src}:${tracked.reply.sport}` })
    : notYet('found.not-tracked', { node, source, address, port: PORT, pod: server });
}

const serviceAddress = (cluster: ClusterView): string => addressOf(cluster.find('services', SERVICE))!;

const nextConnection = (cluster: ClusterView) => cluster.branches(`pod/default/${CLIENT}`, `${serviceAddress(cluster)}:${PORT}`);
