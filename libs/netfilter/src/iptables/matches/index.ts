import type { MatchExtension } from '../extension.js';
import { addrtype } from './addrtype.js';
import { comment } from './comment.js';
import { connmark } from './connmark.js';
import { conntrack } from './conntrack.js';
import { dscp } from './dscp.js';
import { icmp } from './icmp.js';
import { iprange } from './iprange.js';
import { ipvs } from './ipvs.js';
import { length } from './length.js';
import { limit } from './limit.js';
import { mac } from './mac.js';
import { mark } from './mark.js';
import { multiport } from './multiport.js';
import { nfacct } from './nfacct.js';
import { physdev } from './physdev.js';
import { pkttype } from './pkttype.js';
import { recent } from './recent.js';
import { sctp } from './sctp.js';
import { set } from './set.js';
import { state } from './state.js';
import { statistic } from './statistic.js';
import { tcp } from './tcp.js';
import { tos } from './tos.js';
import { ttl } from './ttl.js';
import { udp } from './udp.js';

/** Every match that `-m` can load. */
export const MATCHES: ReadonlyMap<string, MatchExtension> = new Map(
  [
    addrtype,
    comment,
    connmark,
    conntrack,
    dscp,
    icmp,
    iprange,
    ipvs,
    length,
    limit,
    mac,
    mark,
    multiport,
    nfacct,
    physdev,
    pkttype,
    recent,
    sctp,
    set,
    state,
    statistic,
    tcp,
    tos,
    ttl,
    udp,
  ].map((match) => [match.name, match]),
);
