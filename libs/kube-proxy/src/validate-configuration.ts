import { parsePrefix } from '@svclab/wire';
import type { KubeProxyConfiguration } from './configuration.js';
import { parseGoDurationMs } from './go-duration.js';
import { minorVersion } from './minor-version.js';

const ROOT = 'KubeProxyConfiguration';
const LOCAL_MODES = ['', 'BridgeInterface', 'ClusterCIDR', 'InterfaceNamePrefix', 'NodeCIDR'];
const CIDR_BLOCK = 'must be a valid CIDR block (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)';

/**
 * What kube-proxy finds wrong with a configuration that could be read, in its own words and order
 * (pkg/proxy/apis/config/validation/validation.go). Empty when it would start. `version` is kube-proxy's, as in `v1.31.0`.
 */
export function configurationErrors(config: KubeProxyConfiguration, version?: string): string[] {
  return [
    ...iptablesErrors(config),
    ...(config.mode === 'ipvs' ? ipvsErrors(config.ipvs) : []),
    ...(config.mode === 'nftables' ? bitErrors('KubeProxyNFTablesConfiguration', config.nftables?.masqueradeBit) : []),
    ...conntrackErrors(config.conntrack),
    ...modeErrors(config.mode ?? '', validModes(config, version)),
    ...clusterCidrErrors(config.clusterCIDR ?? ''),
    ...nodePortAddressErrors(config.nodePortAddresses ?? []),
    ...localModeErrors(config),
  ];
}

/** As field.ErrorList prints several of them. */
export const aggregate = (errors: readonly string[]): string => (errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);

const invalid = (path: string, value: unknown, message: string): string =>
  `${ROOT}.${path}: Invalid value: ${typeof value === 'string' ? JSON.stringify(value) : String(value)}: ${message}`;

function iptablesErrors({ iptables }: KubeProxyConfiguration): string[] {
  const path = 'KubeProxyIPTablesConfiguration';
  return [...bitErrors(path, iptables?.masqueradeBit), ...periodErrors(path, iptables?.minSyncPeriod, iptables?.syncPeriod)];
}

function ipvsErrors(ipvs: KubeProxyConfiguration['ipvs']): string[] {
  const path = 'KubeProxyIPVSConfiguration';
  return [
    ...periodErrors(path, ipvs?.minSyncPeriod, ipvs?.syncPeriod),
    ...negativeErrors(`${path}.TCPTimeout`, ipvs?.tcpTimeout),
    ...negativeErrors(`${path}.TCPFinTimeout`, ipvs?.tcpFinTimeout),
    ...negativeErrors(`${path}.UDPTimeout`, ipvs?.udpTimeout),
    ...(ipvs?.excludeCIDRs ?? []).flatMap((cidr, i) =>
      isCidr(cidr) ? [] : [invalid(`${path}.ExcludeCidrs[${i}]`, cidr, 'must be a valid CIDR')],
    ),
  ];
}

const bitErrors = (path: string, bit: number | null | undefined): string[] =>
  bit != null && (bit < 0 || bit > 31) ? [invalid(`${path}.MasqueradeBit`, bit, 'must be within the range [0, 31]')] : [];

function periodErrors(path: string, minSyncPeriod = '', syncPeriod = ''): string[] {
  const minMs = parsedMs(minSyncPeriod);
  const syncMs = parsedMs(syncPeriod);
  return [
    ...(syncMs < 0 ? [invalid(`${path}.SyncPeriod`, `${syncPeriod}`, 'must be greater than 0')] : []),
    ...negativeErrors(`${path}.MinSyncPeriod`, minSyncPeriod),
    // A period of zero has its default by now: 30 s.
    ...(minMs > (syncMs || 30_000)
      ? [invalid(`${path}.SyncPeriod`, minSyncPeriod, `must be greater than or equal to ${ROOT}.${path}.MinSyncPeriod`)]
      : []),
  ];
}

function conntrackErrors(conntrack: KubeProxyConfiguration['conntrack']): string[] {
  const path = 'KubeProxyConntrackConfiguration';
  const { maxPerCore, min } = conntrack ?? {};
  return [
    ...(maxPerCore != null && maxPerCore < 0 ? [invalid(`${path}.MaxPerCore`, maxPerCore, 'must be greater than or equal to 0')] : []),
    ...(min != null && min < 0 ? [invalid(`${path}.Min`, min, 'must be greater than or equal to 0')] : []),
    ...negativeErrors(`${path}.TCPEstablishedTimeout`, conntrack?.tcpEstablishedTimeout),
    ...negativeErrors(`${path}.TCPCloseWaitTimeout`, conntrack?.tcpCloseWaitTimeout),
    ...negativeErrors(`${path}.UDPTimeout`, conntrack?.udpTimeout),
    ...negativeErrors(`${path}.UDPStreamTimeout`, conntrack?.udpStreamTimeout),
  ];
}

/** Mode nftables is alpha before v1.31, behind a feature gate that is off. */
function validModes({ featureGates }: KubeProxyConfiguration, version: string | undefined): readonly string[] {
  const hasNftables = featureGates?.['NFTablesProxyMode'] ?? minorVersion(version) >= 31;
  return hasNftables ? ['iptables', 'ipvs', 'nftables'] : ['iptables', 'ipvs'];
}

function modeErrors(mode: string, valid: readonly string[]): string[] {
  if (mode === '' || valid.includes(mode)) return [];
  const message = `must be ${valid.join(', ')} or blank (blank means the best-available proxy [currently iptables])`;
  return [invalid('Mode.ProxyMode', mode, message)];
}

function clusterCidrErrors(text: string): string[] {
  if (text === '') return [];
  const cidrs = text.split(',');
  if (cidrs.length > 2)
    return [invalid('ClusterCIDR', text, 'only one CIDR allowed or a valid DualStack CIDR (e.g. 10.100.0.0/16,fde4:8dba:82e1::/48)')];
  return cidrs.every(isCidr) ? [] : [invalid('ClusterCIDR', text, CIDR_BLOCK)];
}

const nodePortAddressPath = (i: number): string => `NodePortAddresses[${i}]`;

/** Nothing after a `primary` is looked at any more. */
function nodePortAddressErrors(entries: readonly string[]): string[] {
  const primary = entries.indexOf('primary');
  const cidrs = primary < 0 ? entries : entries.slice(0, primary);
  return [
    ...cidrs.flatMap((entry, i) => (isCidr(entry) ? [] : [invalid(nodePortAddressPath(i), entry, 'must be a valid CIDR')])),
    ...(primary >= 0 && entries.length > 1 ? [invalid(nodePortAddressPath(primary), 'primary', "can't use both 'primary' and CIDRs")] : []),
  ];
}

function localModeErrors({ detectLocalMode = '', detectLocal }: KubeProxyConfiguration): string[] {
  if (!LOCAL_MODES.includes(detectLocalMode)) {
    const supported = LOCAL_MODES.map((mode) => JSON.stringify(mode)).join(', ');
    return [`${ROOT}.DetectLocalMode: Unsupported value: ${JSON.stringify(detectLocalMode)}: supported values: ${supported}`];
  }
  if (detectLocalMode === 'BridgeInterface' && !detectLocal?.bridgeInterface) return [invalid('InterfaceName', '', 'must not be empty')];
  if (detectLocalMode === 'InterfaceNamePrefix' && !detectLocal?.interfaceNamePrefix)
    return [invalid('InterfacePrefix', '', 'must not be empty')];
  return [];
}

const negativeErrors = (path: string, duration: string | null | undefined): string[] =>
  parsedMs(duration) < 0 ? [invalid(path, duration, 'must be greater than or equal to 0')] : [];

const parsedMs = (duration: string | null | undefined): number => parseGoDurationMs(duration || '0') ?? 0;

const isCidr = (text: string): boolean => text.includes('/') && parsePrefix(text).ok;
