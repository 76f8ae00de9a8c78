/**
 * Values of the lab document's captures that may differ from ours, each with its cause.
 * A mask replaces one value, never a line. Values that are equal in the capture must be
 * equal in ours: each distinct value gets a number by first appearance, through the whole document.
 */
export interface Mask {
  readonly cause: string;
  /** Matches the value, and the blanks after it where it stands in a column whose width follows it. */
  readonly pattern: RegExp;
  /** False where the values are draws, so that equality means nothing. */
  readonly numbered: boolean;
}

const age = String.raw`(?:(?:\d+y)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?)`;

export const MASKS: Readonly<Record<string, Mask>> = {
  age: {
    cause: 'how long ago something was made: the author worked for hours, we in virtual seconds',
    pattern: new RegExp(
      String.raw`\bAGE +(?=\S)|(?<= )(?=\d)${age}(?: +|$)|\b(?:Up )?(?:About (?:a minute|an hour)|\d+ (?:seconds?|minutes?|hours?))(?: ago)? +|\b(?:CREATED|STATUS) +`,
      'gm',
    ),
    numbered: false,
  },
  backend: { cause: 'which pod answers is a draw of the statistic match', pattern: /\bwebpod[123]\b/g, numbered: false },
  'backend-ip': { cause: 'which pod answers is a draw of the statistic match', pattern: /\b10\.10\.[123]\.2\b/g, numbered: false },
  'client-port': {
    cause: 'ephemeral ports are drawn by the kernel',
    pattern: /(?<=RemoteAddr: [\d.]+:|[sd]port=)\d{5}\b/g,
    numbered: false,
  },
  'container-id': { cause: 'docker draws container ids', pattern: /\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b/g, numbered: true },
  'containerd-port': {
    cause: "containerd's stream server listens on a port the kernel chooses",
    pattern: /(?<=127\.0\.0\.1:)\d{5}(?= +0\.0\.0\.0:\* +users:\(\("containerd")/g,
    numbered: true,
  },
  count: { cause: 'how many connections the node had seen in ten hours', pattern: /^\d+$/gm, numbered: false },
  date: { cause: 'when it was', pattern: /\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, numbered: false },
  'docker-dns-port': {
    cause: "docker's embedded DNS listens on ports the kernel chooses",
    pattern: /(?<=127\.0\.0\.11:|--sport )\d{5}\b/g,
    numbered: true,
  },
  'endpoint-id': { cause: 'docker draws endpoint ids', pattern: /(?<="EndpointID": ")[0-9a-f]{64}/g, numbered: true },
  farewell: {
    cause: 'kind says one of four farewells',
    pattern:
      /^(?:Have a nice day!.*|Thanks for using kind!.*|Not sure what to do next\?.*|Have a question, bug, or feature request\?.*)$/gm,
    numbered: false,
  },
  'host-port': { cause: 'docker draws the host port of the API server', pattern: /(?<=127\.0\.0\.1:)\d{5}(?=->6443)/g, numbered: true },
  'link-local': { cause: 'derived from the random MAC address of a veth', pattern: /\bfe80::[0-9a-f:]+(?=$|\/64)/gm, numbered: true },
  mac: { cause: 'a veth gets a random MAC address', pattern: /(?<=link\/ether )(?!02:42|00:00)[0-9a-f:]{17}/g, numbered: true },
  'netns-name': {
    cause: 'the runtime draws the names of network namespaces',
    pattern: /\bcni-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g,
    numbered: true,
  },
  'network-id': { cause: 'docker draws network ids', pattern: /\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b/g, numbered: true },
  'node-address': {
    cause:
      'node containers start in parallel, so their addresses are the outcome of a race (the document shows three outcomes); what docker and the kernel derive from them follows',
    pattern: /\b172\.18\.0\.[2-5]\b|\bfc00:f853:ccd:e793::[2-5]\b|\b02:42:ac:12:00:0[2-5]\b|\bfe80::42:acff:fe12:[2-5]\b/g,
    numbered: true,
  },
  ifindex: {
    cause: 'interface numbers follow the order in which docker started the containers',
    pattern: /\b(?:3[4-9]|4[01])(?=: eth0@if)|(?<=eth0@if)\d+/g,
    numbered: true,
  },
  permaddr: { cause: 'a tunnel device gets a random address', pattern: /(?<=permaddr )[0-9a-f:]+/g, numbered: true },
  pid: { cause: 'process ids', pattern: /(?<=pid=)\d+/g, numbered: true },
  'resource-version': { cause: 'counts every write of a cluster ten hours old', pattern: /(?<=resourceVersion: ")\d+/g, numbered: false },
  rtt: { cause: 'round-trip times', pattern: /\b\d+\.\d{3}(?=[/ ]|$)/gm, numbered: false },
  seconds: { cause: 'time left of a connection', pattern: /(?<=tcp +6 )\d+/g, numbered: false },
  'service-ip': {
    cause: 'drawn from the dynamic band of the service range',
    pattern: /\b10\.200\.1\.(?:1[7-9]|[2-9]\d|1\d\d|2[0-4]\d|25[0-4])\b/g,
    numbered: true,
  },
  share: { cause: 'how often a draw came out', pattern: /^ +\d+(?= Hostname)/gm, numbered: false },
  'slice-suffix': { cause: 'generateName draws five letters', pattern: /(?<=svc-clusterip-)[a-z0-9]{5}\b/g, numbered: false },
  uid: { cause: 'uids are random', pattern: /(?<=uid: )[0-9a-f-]{36}/g, numbered: true },
  use: { cause: 'references of a conntrack entry at that instant', pattern: /(?<=use=)\d+/g, numbered: false },
  veth: { cause: 'the CNI plugin draws the names of veths', pattern: /\bveth[0-9a-f]{8}\b/g, numbered: true },
};

/** May only shrink: a new mask is a new lie about the captures. */
export const MOST_MASKS = 30;

/** Applies masks; one of these per text stream, so that numbering follows first appearance. */
export class Masker {
  readonly #seen = new Map<string, Map<string, number>>();

  apply(text: string, names: readonly string[]): string {
    let masked = text;
    for (const name of names) {
      const mask = MASKS[name];
      if (!mask) throw new RangeError(`there is no mask ${name}`);
      masked = masked.replace(mask.pattern, (value) => (mask.numbered ? `<${name}#${this.#number(name, value.trim())}>` : `<${name}>`));
    }
    return masked;
  }

  #number(name: string, value: string): number {
    // An address and what is derived from it (IPv6 address, MAC) are one value.
    const identity = name === 'node-address' ? value.replace(/^.*[.:]0?(?=\d$)/, '') : value;
    let numbers = this.#seen.get(name);
    if (!numbers) this.#seen.set(name, (numbers = new Map()));
    let number = numbers.get(identity);
    if (number === undefined) numbers.set(identity, (number = numbers.size + 1));
    return number;
  }
}
