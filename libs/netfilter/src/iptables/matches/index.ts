import type { MatchExtension } from '../extension.js';
import { addrtype } from './addrtype.js';
import { comment } from './comment.js';
import { conntrack } from './conntrack.js';
import { icmp } from './icmp.js';
import { mark } from './mark.js';
import { nfacct } from './nfacct.js';
import { recent } from './recent.js';
import { state } from './state.js';
import { statistic } from './statistic.js';
import { tcp } from './tcp.js';
import { udp } from './udp.js';

/** Every match that `-m` can load. */
export const MATCHES: ReadonlyMap<string, MatchExtension> = new Map(
  [addrtype, comment, conntrack, icmp, mark, nfacct, recent, state, statistic, tcp, udp].map((match) => [match.name, match]),
);
