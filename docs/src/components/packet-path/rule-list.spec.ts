import { pathView, type TableWalk } from './path-view.js';
import { actionText, conditionsText, decidingRule, ruleLines, type RuleLine, verbatimText } from './rule-list.js';
import { labTraces, type LabTraces } from './testing/lab-traces.js';
import type { TracedRequest } from './trace-store.js';

let traces: LabTraces;

beforeAll(async () => {
  traces = await labTraces();
});

function tableOf({ trace }: TracedRequest, table: string, hook: string): TableWalk {
  for (const { content } of pathView(trace, 'forward').steps) {
    if (content.kind === 'table' && content.table === table && content.hook === hook) return content;
  }
  throw new Error(`no ${table} ${hook}`);
}

const text = (line: RuleLine): string => {
  switch (line.kind) {
    case 'chain':
      return line.chain.replace(/-[A-Z0-9]{16}$/, '');
    case 'missed':
      return `${line.first}${line.last === line.first ? '' : `–${line.last}`} no match${line.chance ? ' by chance' : ''}`;
    case 'matched':
      return `${line.step.rule.number} ${line.step.verdict}${line.decides ? ', decides' : ''}`;
    case 'end':
      return line.outcome;
  }
};

describe('the rules of a table', () => {
  it('stand in the order in which the packet met them, under their chains', () => {
    const lines = ruleLines(tableOf(traces.branches[2]!, 'nat', 'PREROUTING')).map(text);
    expect(lines.filter((line) => !line.endsWith('no match'))).toEqual([
      'PREROUTING',
      '1 jump',
      'KUBE-SERVICES',
      expect.stringMatching(/^\d jump$/),
      'KUBE-SVC',
      '2 no match by chance',
      '3 no match by chance',
      '4 jump',
      'KUBE-SEP',
      '2 ACCEPT, decides',
    ]);
  });

  it('fold where neighbours failed by the same condition, and count every rule once', () => {
    const walk = tableOf(traces.wrongPort, 'nat', 'PREROUTING');
    const missed = ruleLines(walk).filter((line) => line.kind === 'missed');
    const rules = missed.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    expect(rules).toBe(walk.walk.reduce((sum, { passedOver }) => sum + passedOver, 0));
    expect(missed.length).toBeLessThan(rules);
    const folded = missed.find(({ first, last }) => first !== last)!;
    expect(folded.because).toMatch(/^destination \S+ is not \S+(, \S+)+$/);
    const wanted = folded.because.replace(/^.* is not /, '').split(', ');
    expect(new Set(wanted).size).toBe(wanted.length);
  });

  it('say how many came before those that the trace tells of', () => {
    const walk = tableOf(traces.wrongPort, 'nat', 'PREROUTING');
    const long = walk.walk.map((step) => ({ ...step, missed: step.missed.slice(-1) }));
    const missed = ruleLines({ ...walk, walk: long }).filter((line) => line.kind === 'missed');
    expect(missed[0]).toMatchObject({ first: 1, last: missed[1]!.first - 1, because: '' });
  });

  it('name the rule that decided and the objects behind it', () => {
    const { rule } = decidingRule(tableOf(traces.clusterIp, 'nat', 'PREROUTING'))!;
    expect(rule.text).toMatch(/-j DNAT --to-destination 10\.10\.\d\.\d+:80$/);
    expect(rule.cause).toMatchObject({
      service: { namespace: 'default', name: 'svc-clusterip', port: 'svc-webport' },
      endpoint: { slice: expect.stringMatching(/^svc-clusterip-/), pod: { name: expect.stringMatching(/^webpod\d$/) } },
    });
    expect(decidingRule(tableOf(traces.clusterIp, 'filter', 'FORWARD'))).toBeUndefined();
  });
});

describe('a rule in short', () => {
  it.each([
    [
      '-d 10.200.1.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-A',
      '-d 10.200.1.1/32 -p tcp --dport 443',
      'KUBE-SVC-A',
    ],
    ['-m comment --comment web -m statistic --mode random --probability 0.5 -j KUBE-SEP-A', '--probability 0.5', 'KUBE-SEP-A'],
    ['-p tcp -m comment --comment "a -j b" -m tcp -j DNAT --to-destination 10.10.2.2:80', '-p tcp', 'DNAT --to-destination 10.10.2.2:80'],
    ['-m comment --comment "kubernetes service portals" -j KUBE-SERVICES', '', 'KUBE-SERVICES'],
    ['-j MARK --set-xmark 0x4000/0x4000', '', 'MARK --set-xmark 0x4000/0x4000'],
    ['-m nfacct --nfacct-name  localhost_nps_accepted_pkts', '--nfacct-name  localhost_nps_accepted_pkts', ''],
  ])('%s', (text, conditions, action) => {
    const rule = { table: 'nat', chain: 'A', number: 1, text } as const;
    expect([conditionsText(rule), actionText(rule), verbatimText(rule)]).toEqual([conditions, action, `-A A ${text}`]);
  });

  it.each([
    [
      'ip daddr 10.96.0.10 tcp dport 53 ip saddr != 10.10.0.0/16 jump mark-for-masquerade',
      'ip daddr 10.96.0.10 tcp dport 53 ip saddr != 10.10.0.0/16',
      'jump mark-for-masquerade',
    ],
    [
      'numgen random mod 2 vmap { 0 : goto endpoint-a, 1 : goto endpoint-b }',
      '',
      'numgen random mod 2 vmap { 0 : goto endpoint-a, 1 : goto endpoint-b }',
    ],
    ['ip daddr . meta l4proto . th dport vmap @service-ips', '', 'ip daddr . meta l4proto . th dport vmap @service-ips'],
    ['meta l4proto tcp dnat to 10.10.2.2:80', 'meta l4proto tcp', 'dnat to 10.10.2.2:80'],
    ['mark & 0x00004000 == 0x00000000 return', 'mark & 0x00004000 == 0x00000000', 'return'],
    ['ct state invalid counter packets 3 bytes 120 drop comment "drop invalid"', 'ct state invalid', 'drop'],
    ['masquerade fully-random', '', 'masquerade fully-random'],
  ])('%s', (text, conditions, action) => {
    const rule = { table: 'ip kube-proxy', chain: 'services', number: 1, text } as const;
    expect([conditionsText(rule), actionText(rule), verbatimText(rule)]).toEqual([conditions, action, text]);
  });
});
