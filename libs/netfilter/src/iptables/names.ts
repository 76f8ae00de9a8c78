/** Protocol names that the tools accept and print (iptables' own list and /etc/protocols). */
const PROTOCOLS: { readonly [name: string]: number } = {
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  'ipv6-icmp': 58,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  sctp: 132,
  udplite: 136,
  mptcp: 262,
};

/** `all` is 0. `undefined` for a name nobody knows. */
export function protocolNumber(text: string): number | undefined {
  const lower = text.toLowerCase();
  if (lower === 'all') return 0;
  if (/^\d+$/.test(lower)) return Number(lower) <= 255 ? Number(lower) : undefined;
  return PROTOCOLS[lower];
}

/** As `-S` prints it: the first name, or the number of one without. */
export function protocolText(number: number): string {
  if (number === 0) return 'all';
  for (const name of Object.keys(PROTOCOLS)) if (PROTOCOLS[name] === number) return name;
  return String(number);
}

// Simplification: the ports of /etc/services that a Kubernetes node is likely to show; others print as numbers.
const SERVICES: { readonly [name: string]: number } = {
  echo: 7,
  discard: 9,
  daytime: 13,
  'ftp-data': 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  time: 37,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  gopher: 70,
  finger: 79,
  http: 80,
  kerberos: 88,
  pop3: 110,
  sunrpc: 111,
  ntp: 123,
  imap2: 143,
  snmp: 161,
  bgp: 179,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  syslog: 514,
  ldaps: 636,
  imaps: 993,
  pop3s: 995,
  openvpn: 1194,
  nfs: 2049,
  mysql: 3306,
  postgresql: 5432,
  'http-alt': 8080,
};

/** A port by number or name. */
export function portNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 65_535 ? Number(text) : undefined;
  return Object.hasOwn(SERVICES, text) ? SERVICES[text] : undefined;
}

/** As `-L` without `-n` prints a port. */
export function portName(port: number): string {
  for (const name of Object.keys(SERVICES)) if (SERVICES[name] === port) return name;
  return String(port);
}
