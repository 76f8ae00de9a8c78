export {
  address,
  formatAddress,
  formatPrefix,
  inPrefix,
  ipv4Mask,
  isIpv4,
  parseAddress,
  parseIpv4,
  parseIpv6,
  parsePrefix,
  sameAddress,
  type Address,
  type Prefix,
} from './address.js';
export { decodeDns } from './dns/decode.js';
export { encodeDns, framedForTcp, unframedFromTcp } from './dns/encode.js';
export {
  dnsQuery,
  dnsRecordData,
  dnsResponse,
  dnsTypeNumber,
  DNS_RCODES,
  type DnsMessage,
  type DnsQuestion,
  type DnsRcode,
  type DnsRecord,
  type Edns,
} from './dns/message.js';
export { absoluteName, dnsLabels, isDnsName, isInZone, reversedAddress, reverseName } from './dns/name.js';
export { parseResolvConf, searchCandidates, type ResolvConf } from './dns/resolv-conf.js';
export { dockerMac, linkLocal } from './mac.js';
export {
  ACK,
  FIN,
  formatEndpoint,
  ICMP,
  packet,
  protocolName,
  PSH,
  RST,
  SCTP,
  SYN,
  TCP,
  UDP,
  type Packet,
  type Protocol,
} from './packet.js';
