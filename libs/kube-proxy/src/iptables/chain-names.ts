import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { formatServicePortName, type ServicePortName } from '../service-port.js';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The chains of one service port; all four share one hash (pkg/proxy/iptables/proxier.go). */
export interface ServiceChains {
  /** KUBE-SVC-: balances over cluster endpoints. */
  readonly clusterPolicy: string;
  /** KUBE-SVL-: balances over endpoints of this node. */
  readonly localPolicy: string;
  /** KUBE-EXT-: entry for external destinations. */
  readonly external: string;
  /** KUBE-FW-: filters by loadBalancerSourceRanges. */
  readonly firewall: string;
}

export function serviceChains(name: ServicePortName): ServiceChains {
  const hash = hash16(formatServicePortName(name) + name.protocol.toLowerCase());
  return {
    clusterPolicy: `KUBE-SVC-${hash}`,
    localPolicy: `KUBE-SVL-${hash}`,
    external: `KUBE-EXT-${hash}`,
    firewall: `KUBE-FW-${hash}`,
  };
}

/** The chain of one endpoint of a service port, given its `ip:port` text. */
export const endpointChain = (name: ServicePortName, endpoint: string): string =>
  `KUBE-SEP-${hash16(formatServicePortName(name) + name.protocol.toLowerCase() + endpoint)}`;

/** Whether a nat chain belongs to some service port, so that it goes when no service port uses it. */
export const isServiceChain = (chain: string): boolean => /^KUBE-(SVC|SVL|SEP|FW|EXT)-/.test(chain);

/** Every node asks for the same names at every sync, so they are hashed once. */
const hashes = new Map<string, string>();
const MAX_REMEMBERED = 100_000;

function hash16(text: string): string {
  let hash = hashes.get(text);
  if (hash === undefined) {
    if (hashes.size >= MAX_REMEMBERED) hashes.clear();
    hashes.set(text, (hash = computeHash16(text)));
  }
  return hash;
}

/** First 16 characters of the base32 form of a SHA-256: ten bytes are exactly 16 groups of five bits. */
function computeHash16(text: string): string {
  const digest = sha256(utf8ToBytes(text));
  let out = '';
  let bits = 0;
  let held = 0;
  for (let i = 0; i < 10; i++) {
    held = (held << 8) | digest[i]!;
    for (bits += 8; bits >= 5; bits -= 5) out += BASE32[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return out;
}
