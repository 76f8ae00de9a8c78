import type { Topology } from '../topology.js';
import type { LinkRecord } from '../types.js';
import type { Palette } from './palette.js';

/** Whether the other end of the cable is up too. */
function hasCarrier(topology: Topology, link: LinkRecord): boolean {
  return link.peer ? topology.link(link.peer.netns, link.peer.link)?.up === true : true;
}

/** As after `state`: what RFC 2863 calls the operational status. */
export function operstate(topology: Topology, link: LinkRecord): string {
  if (!link.up) return 'DOWN';
  if (link.kind === 'loopback' || link.kind === 'dummy') return 'UNKNOWN';
  return hasCarrier(topology, link) ? 'UP' : 'LOWERLAYERDOWN';
}

/** Between the angle brackets. */
export function flags(topology: Topology, link: LinkRecord): string {
  const carrier = hasCarrier(topology, link);
  return [link.up && !carrier ? 'NO-CARRIER' : '', kindFlags(link), link.up ? 'UP' : '', link.up && carrier ? 'LOWER_UP' : '']
    .filter(Boolean)
    .join(',');
}

function kindFlags(link: LinkRecord): string {
  if (link.kind === 'loopback') return 'LOOPBACK';
  if (link.kind === 'dummy') return 'BROADCAST,NOARP';
  return hardwareType(link) === 'ether' ? 'BROADCAST,MULTICAST' : 'NOARP';
}

const hardwareType = (link: LinkRecord): string => link.display?.type ?? (link.kind === 'loopback' ? 'loopback' : 'ether');

/** Own and broadcast address by hardware type; tunnels carry an IP address where others have a MAC. */
function hardwareAddresses(link: LinkRecord): readonly [string, string] {
  const type = hardwareType(link);
  if (type === 'ether') return [link.mac, 'ff:ff:ff:ff:ff:ff'];
  if (type === 'loopback') return [link.mac, '00:00:00:00:00:00'];
  return type.endsWith('6') ? ['::', '::'] : ['0.0.0.0', '0.0.0.0'];
}

/** `eth0@if35`: the peer by its name here, or by its index in its own namespace. */
export function nameAtPeer(topology: Topology, link: LinkRecord): string {
  if (link.kind === 'tunnel') return `${link.name}@NONE`;
  if (!link.peer) return link.name;
  const peer = topology.link(link.peer.netns, link.peer.link);
  if (!peer) return link.name;
  return `${link.name}@${peer.netns === link.netns ? peer.name : `if${peer.ifindex}`}`;
}

/** First line of an interface, without the line feed. */
export function linkLine(topology: Topology, link: LinkRecord, palette: Palette, options: { mode: boolean }): string {
  // Simplification: a link that is down always shows `noop`, as one that was never up does.
  const qdisc = link.up ? 'noqueue' : 'noop';
  const qlen = link.display?.qlen ?? (link.kind === 'loopback' || link.kind === 'tunnel' ? '1000' : undefined);
  return (
    `${link.ifindex}: ${palette.paint('ifname', `${nameAtPeer(topology, link)}: `)}<${flags(topology, link)}> mtu ${link.mtu} qdisc ${qdisc} ` +
    (link.master === undefined ? '' : `master ${link.master} `) +
    `state ${palette.state(operstate(topology, link), ' ')}${options.mode ? 'mode DEFAULT ' : ''}group default` +
    (qlen === undefined ? '' : ` qlen ${qlen}`)
  );
}

/** `link/ether 02:42:ac:12:00:02 brd ff:ff:ff:ff:ff:ff`. */
export function hardwareText(link: LinkRecord, palette: Palette): string {
  const [own, broadcast] = hardwareAddresses(link);
  const permanent = link.display?.permaddr === undefined ? '' : ` permaddr ${link.display.permaddr}`;
  return `link/${hardwareType(link)} ${palette.paint('mac', own)} brd ${palette.paint('mac', broadcast)}${permanent}`;
}

/** ` link-netns cni-…` or ` link-netnsid 0`, when the peer lives elsewhere. */
export function peerNamespaceText(link: LinkRecord): string {
  if (!link.peer || link.peer.netns === link.netns) return '';
  const { netns, netnsid = '0' } = link.display ?? {};
  return netns === undefined ? ` link-netnsid ${netnsid}` : ` link-netns ${netns}`;
}

/** The padded state of `ip -br`. */
export function briefState(topology: Topology, link: LinkRecord, palette: Palette): string {
  const state = operstate(topology, link);
  return palette.state(state, ' '.repeat(Math.max(1, 15 - state.length)));
}
