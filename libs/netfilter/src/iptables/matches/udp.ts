import { UDP } from '@svclab/wire';
import type { MatchExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';
import { explainPorts, listPorts, onlyPort, parsePortRange, PORT_OPTIONS, portMatches, portsRead, printPorts } from './ports.js';

/** `-m udp`: ports of a datagram (Linux: net/netfilter/xt_tcpudp.c). */
export const udp: MatchExtension = {
  name: 'udp',
  options: PORT_OPTIONS,
  parse(options, protocol) {
    if (protocol.number !== UDP || protocol.inverted) throw parameterProblem(`UDP match requires '-p udp'`);
    const source = parsePortRange(options, 'source-port');
    const destination = parsePortRange(options, 'destination-port');
    return {
      name: 'udp',
      text: (printPorts(source, 'sport') + printPorts(destination, 'dport')).trimStart(),
      list: (numeric) => 'udp' + listPorts(source, 'spt', numeric) + listPorts(destination, 'dpt', numeric),
      test: ({ packet }) => portMatches(destination, packet.dport) && portMatches(source, packet.sport),
      explain: ({ packet }, matched) => explainPorts(source, destination, packet.sport, packet.dport, matched),
      reads: portsRead(source, destination),
      destinationPort: onlyPort(destination),
    };
  },
};
