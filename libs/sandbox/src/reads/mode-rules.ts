/** The tools of a node, as far as they list what kube-proxy has made. */
interface ListingTools {
  run(argv: readonly string[]): { readonly exitCode: number; readonly stdout: string };
}

interface ObjectLists {
  get(resource: string, namespace: string, name: string): Readonly<Record<string, any>> | undefined;
  list(resource: string, options: { readonly namespace: string; readonly labelSelector: string }): readonly Readonly<Record<string, any>>[];
}

/** By what they are: `iptables nat rules`. */
export type RuleCounts = { readonly [what: string]: number };

/** Lines of one tool's output. */
export interface ToolLines {
  readonly tool: string;
  readonly lines: readonly string[];
}

const LISTINGS: readonly (readonly string[])[] = [
  ['iptables-save', '-t', 'filter'],
  ['iptables-save', '-t', 'nat'],
  ['ipset', 'save'],
  ['ipvsadm', '-S', '-n'],
  ['nft', 'list', 'ruleset'],
];

/** How much of everything there is on a node; what there is none of is left out. */
export function countRules(tools: ListingTools): RuleCounts {
  const lines = (...argv: string[]): string[] => outputLines(tools, argv);
  const starting = (text: string, ...argv: string[]): number => lines(...argv).filter((line) => line.startsWith(text)).length;
  const nft = nftCounts(lines('nft', 'list', 'ruleset'));
  const counts: Record<string, number> = {
    'iptables filter rules': starting('-A ', 'iptables-save', '-t', 'filter'),
    'iptables nat rules': starting('-A ', 'iptables-save', '-t', 'nat'),
    'iptables chains': starting(':', 'iptables-save', '-t', 'filter') + starting(':', 'iptables-save', '-t', 'nat'),
    ipsets: starting('create ', 'ipset', 'save'),
    'ipset entries': starting('add ', 'ipset', 'save'),
    'ipvs virtual servers': starting('-A ', 'ipvsadm', '-S', '-n'),
    'ipvs real servers': starting('-a ', 'ipvsadm', '-S', '-n'),
    ...nft,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** The lines on a node that name a Service, one of its addresses or one of its endpoints. */
export function rulesAbout(tools: ListingTools, api: ObjectLists, service: string): ToolLines[] {
  const names = wordsOf(api, service);
  const isAbout = (line: string): boolean => names.some((name) => holdsWord(line, name));
  return LISTINGS.flatMap((argv) => {
    const lines = outputLines(tools, argv)
      .map((line) => line.trim())
      .filter(isAbout);
    return lines.length > 0 ? [{ tool: argv.join(' '), lines }] : [];
  });
}

function wordsOf(api: ObjectLists, service: string): string[] {
  const [namespace, name] = service.split('/') as [string, string];
  const found = api.get('services', namespace, name);
  const ingress: readonly { readonly ip?: string }[] = found?.['status']?.['loadBalancer']?.ingress ?? [];
  const slices = api.list('endpointslices', { namespace, labelSelector: `kubernetes.io/service-name=${name}` });
  const endpoints = slices.flatMap(
    (slice) => (slice['endpoints'] as readonly { readonly addresses: readonly string[] }[] | undefined) ?? [],
  );
  const addresses = [found?.['spec']?.['clusterIP'], ...(found?.['spec']?.['externalIPs'] ?? []), ...ingress.map(({ ip }) => ip)];
  return [service, ...addresses.filter((text) => text && text !== 'None'), ...endpoints.map((endpoint) => endpoint.addresses[0]!)];
}

/** Whether a line holds a name that goes no further: 10.10.1.2 is not in 10.10.1.20. */
function holdsWord(line: string, word: string): boolean {
  for (let at = line.indexOf(word); at >= 0; at = line.indexOf(word, at + 1)) {
    const [before, after] = [line[at - 1] ?? ' ', line[at + word.length] ?? ' '];
    if (!/[\w.]/.test(before) && !/[\w.-]/.test(after)) return true;
  }
  return false;
}

function nftCounts(lines: readonly string[]): RuleCounts {
  const chainRules = lines.filter(
    (line) => line.startsWith('\t\t') && !/^\t\t(type|comment|flags|elements|timeout|size|\s|policy)/.test(line),
  );
  const elements = [...lines.join('\n').matchAll(/elements = \{([^}]*)\}/g)].reduce((sum, [, list]) => sum + list!.split(',').length, 0);
  return {
    'nftables chains': lines.filter((line) => line.startsWith('\tchain ')).length,
    'nftables rules': chainRules.length,
    'nftables elements': elements,
  };
}

function outputLines(tools: ListingTools, argv: readonly string[]): string[] {
  const { exitCode, stdout } = tools.run(argv);
  return exitCode === 0 ? stdout.split('\n') : [];
}
