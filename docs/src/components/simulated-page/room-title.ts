import { translate } from '@docusaurus/Translate';

/** What a learner calls a room of the code; a room without a title here shows its folder's name. */
export function roomTitle(room: string): string {
  switch (room) {
    case 'api':
      return translate({ id: 'simulated.room.api', message: 'The server' });
    case 'cluster':
      return translate({ id: 'simulated.room.cluster', message: 'Nodes, containers and images' });
    case 'kube-api':
      return translate({ id: 'simulated.room.kube-api', message: 'The Kubernetes API' });
    case 'kube-controllers':
      return translate({ id: 'simulated.room.kube-controllers', message: 'Controllers, scheduler and kubelet' });
    case 'kube-proxy':
      return translate({ id: 'simulated.room.kube-proxy', message: 'kube-proxy' });
    case 'labs':
      return translate({ id: 'simulated.room.labs', message: 'Chapters and their checks' });
    case 'netfilter':
      return translate({ id: 'simulated.room.netfilter', message: 'iptables, NAT and conntrack' });
    case 'netstack':
      return translate({ id: 'simulated.room.netstack', message: 'Links, routes, sockets and TCP' });
    case 'sandbox':
      return translate({ id: 'simulated.room.sandbox', message: 'The sandbox and its log' });
    case 'shell':
      return translate({ id: 'simulated.room.shell', message: 'The shell and its commands' });
    case 'wire':
      return translate({ id: 'simulated.room.wire', message: 'Packets' });
    default:
      return room;
  }
}
