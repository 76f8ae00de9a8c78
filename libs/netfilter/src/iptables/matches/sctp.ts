import { SCTP } from '@svclab/wire';
import type { MatchExtension } from '../extension.js';
import { RuleRefused } from '../tool-error.js';
import { explainPorts, listPorts, parsePortRange, PORT_OPTIONS, portMatches, printPorts } from './ports.js';

/**
 * `-m sctp`: ports of an SCTP packet (Linux: net/netfilter/xt_sctp.c).
 *
 * Simplification: `--chunk-types` is not there, since packets carry no SCTP chunks.
 */
export const sctp: MatchExtension = {
  name: 'sctp',
  options: PORT_OPTIONS,
  parse(options, protocol) {
    if (protocol.number !== SCTP || protocol.inverted) throw new RuleRefused('Invalid argument');
    const source = parsePortRange(options, 'source-port');
    const destination = parsePortRange(options, 'destination-port');
    return {
      name: 'sctp',
      text: (printPorts(source, 'sport') + printPorts(destination, 'dport')).trimStart(),
      // /etc/services names no SCTP ports, so they are always numbers.
      list: () => 'sctp' + listPorts(source, 'spt', true) + listPorts(destination, 'dpt', true),
      test: ({ packet }) => portMatches(destination, packet.dport) && portMatches(source, packet.sport),
      explain: ({ packet }, matched) => explainPorts(source, destination, packet.sport, packet.dport, matched),
    };
  },
};
