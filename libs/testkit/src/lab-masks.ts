/**
 * Values of the lab document's captures that may differ from ours, each with its cause.
 * A mask replaces one value, never a line. Values that are equal in the capture must be
 * equal in ours, through the whole document.
 */
export interface Mask {
  readonly cause: string;
  /** Matches the value, and the blanks after it where it stands in a column whose width follows it. */
  readonly pattern: RegExp;
  /** Whether equality means something: false for draws, counts and times. */
  readonly tracked: boolean;
}

const age = String.raw`(?:(?:\d+y)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?)`;

export const MASKS: Readonly<Record<string, Mask>> = {
  age: {
    cause: 'how long ago something was made: the author worked for hours, we in virtual seconds',
    pattern: new RegExp(
      String.raw`\bAGE +(?=\S)|(?<= )(?=\d)${age}(?: +|$)|\b(?:Up )?(?:About (?:a minute|an hour)|Less than a second|\d+ (?:seconds?|minutes?|hours?))(?: ago)? +|\b(?:CREATED|STATUS) +`,
      'gm',
    ),
    tracked: false,
  },
  backend: { cause: 'which pod answers is a draw of the statistic match', pattern: /\bwebpod[123]\b/g, tracked: false },
  'backend-ip': { cause: 'which pod answers is a draw of the statistic match', pattern: /\b10\.10\.[123]\.2\b/g, tracked: false },
  'client-port': {
    cause: 'ephemeral ports are drawn by the kernel',
    pattern: /(?<=RemoteAddr: [\d.]+:|[sd]port=)\d{5}\b/g,
    tracked: false,
  },
  'container-id': { cause: 'docker draws container ids', pattern: /\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b/g, tracked: true },
  'containerd-port': {
    cause: "containerd's stream server listens on a port the kernel chooses",
    pattern: /(?<=127\.0\.0\.1:)\d{5}(?= +0\.0\.0\.0:\* +users:\(\("containerd")/g,
    tracked: true,
  },
  count: { cause: 'how many connections the node had seen in ten hours', pattern: /^\d+$/gm, tracked: false },
  date: { cause: 'when it was', pattern: /\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?/g, tracked: false },
  'docker-dns-port': {
    cause: "docker's embedded DNS listens on ports the kernel chooses",
    pattern: /(?<=127\.0\.0\.11:|--sport )\d{5}\b/g,
    tracked: true,
  },
  'endpoint-id': { cause: 'docker draws endpoint ids', pattern: /(?<="EndpointID": ")[0-9a-f]{64}/g, tracked: true },
  farewell: {
    cause: 'kind says one of four farewells',
    pattern:
      /^(?:Have a nice day!.*|Thanks for using kind!.*|Not sure what to do next\?.*|Have a question, bug, or feature request\?.*)$/gm,
    tracked: false,
  },
  'host-port': { cause: 'docker draws the host port of the API server', pattern: /(?<=127\.0\.0\.1:)\d{5}(?=->6443)/g, tracked: true },
  'link-local': { cause: 'derived from the random MAC address of a veth', pattern: /\bfe80::[0-9a-f:]+(?=$|\/64)/gm, tracked: true },
  mac: { cause: 'a veth gets a random MAC address', pattern: /(?<=link\/ether )(?!02:42|00:00)[0-9a-f:]{17}/g, tracked: true },
  'netns-name': {
    cause: 'the runtime draws the names of network namespaces',
    pattern: /\bcni-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g,
    tracked: true,
  },
  'network-id': { cause: 'docker draws network ids', pattern: /\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b/g, tracked: true },
  'node-address': {
    cause:
      'node containers start in parallel, so their addresses are the outcome of a race (the document shows three outcomes); what docker and the kernel derive from them follows',
    pattern: /\b172\.18\.0\.[2-5]\b|\bfc00:f853:ccd:e793::[2-5]\b|\b02:42:ac:12:00:0[2-5]\b|\bfe80::42:acff:fe12:[2-5]\b/g,
    tracked: true,
  },
  ifindex: {
    cause: 'interface numbers follow the order in which docker started the containers',
    pattern: /\b\d+(?=: eth0@if)|(?<=eth0@if)\d+/g,
    tracked: true,
  },
  permaddr: { cause: 'a tunnel device gets a random address', pattern: /(?<=permaddr )[0-9a-f:]+/g, tracked: true },
  pid: { cause: 'process ids', pattern: /(?<=pid=)\d+/g, tracked: true },
  'resource-version': { cause: 'counts every write of a cluster ten hours old', pattern: /(?<=resourceVersion: ")\d+/g, tracked: false },
  rtt: { cause: 'round-trip times', pattern: /\b\d+\.\d{3}(?=[/ ]|$)/gm, tracked: false },
  seconds: { cause: 'time left of a connection', pattern: /(?<=tcp +6 )\d+/g, tracked: false },
  'service-ip': {
    cause: 'drawn from the dynamic band of the service range',
    pattern: /\b10\.200\.1\.(?:1[7-9]|[2-9]\d|1\d\d|2[0-4]\d|25[0-4])\b/g,
    tracked: true,
  },
  share: { cause: 'how often a draw came out', pattern: /(?<=^ +)\d+(?= Hostname)/gm, tracked: false },
  'slice-suffix': { cause: 'generateName draws five letters', pattern: /(?<=svc-clusterip-)[a-z0-9]{5}\b/g, tracked: false },
  uid: { cause: 'uids are random', pattern: /(?<=uid: )[0-9a-f-]{36}/g, tracked: true },
  use: { cause: 'references of a conntrack entry at that instant', pattern: /(?<=use=)\d+/g, tracked: false },
  veth: { cause: 'the CNI plugin draws the names of veths', pattern: /\bveth[0-9a-f]{8}\b/g, tracked: true },
};

/** May only shrink: a new mask is a new lie about the captures. */
export const MOST_MASKS = 29;

/** A line with its masked values taken out, and those values in order. */
export interface MaskedLine {
  readonly text: string;
  readonly values: readonly MaskedValue[];
}

export interface MaskedValue {
  readonly mask: string;
  readonly value: string;
}

export function maskLine(line: string, names: readonly string[]): MaskedLine {
  const values: MaskedValue[] = [];
  let text = line;
  for (const name of names) {
    const mask = MASKS[name];
    if (!mask) throw new RangeError(`there is no mask ${name}`);
    text = text.replace(mask.pattern, (value) => {
      if (mask.tracked) values.push({ mask: name, value: identityOf(name, value.trim()) });
      return `<${name}>`;
    });
  }
  return { text: text.trimEnd(), values };
}

/** An address and what is derived from it (IPv6 address, MAC) are one value. */
const identityOf = (mask: string, value: string): string => (mask === 'node-address' ? value.replace(/^.*[.:]0?(?=\d$)/, '') : value);

/** Remembers which of our values stands for which of the capture's, and says where that breaks. */
export class Correspondence {
  readonly #ours = new Map<string, string>();

  /** The values of two lines with the same text. Returns a complaint, or nothing. */
  check(capture: readonly MaskedValue[], ours: readonly MaskedValue[]): string | undefined {
    for (const [index, { mask, value }] of capture.entries()) {
      const our = ours[index]!.value;
      const known = this.#ours.get(`${mask} ${value}`);
      if (known === undefined) this.#ours.set(`${mask} ${value}`, our);
      else if (known !== our) return `${mask} ${value} of the capture was ${known} before and is ${our} here`;
    }
    return undefined;
  }

  /** The author's cluster was made anew: what these masks covered starts over. */
  forget(masks: readonly string[]): void {
    for (const key of this.#ours.keys()) if (masks.some((mask) => key.startsWith(`${mask} `))) this.#ours.delete(key);
  }
}
