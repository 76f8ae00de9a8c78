import type { Change } from '@svclab/sim';
import { rulesDiff } from './rules-diff.js';

const chain = (key: string, before: string[] | undefined, after: string[] | undefined): Change => ({
  table: 'nf.chains',
  key,
  before: before && { policy: null, rules: before },
  after: after && { policy: null, rules: after },
  json: '',
});

describe('rulesDiff', () => {
  it('names what came and went per node, and the object behind each line', () => {
    const web = '-m comment --comment "default/web:http -> 10.10.1.2:80" -j KUBE-SEP-A';
    const diff = rulesDiff(
      [
        chain('node/worker|nat|KUBE-SVC-X', undefined, [web]),
        chain('node/control-plane|nat|KUBE-SVC-X', [web], undefined),
        { table: 'nf.counters', key: 'node/worker|nat|KUBE-SVC-X', before: undefined, after: {}, json: '{}' },
      ],
      (rule) => (rule.startsWith('-A') ? 'Service default/asked' : null),
    );
    expect(diff).toEqual([
      {
        node: 'control-plane',
        added: [],
        removed: [
          { table: 'nat', rule: '-N KUBE-SVC-X', cause: null },
          { table: 'nat', rule: `-A KUBE-SVC-X ${web}`, cause: 'Service default/asked' },
        ],
      },
      {
        node: 'worker',
        added: [
          { table: 'nat', rule: '-N KUBE-SVC-X', cause: null },
          { table: 'nat', rule: `-A KUBE-SVC-X ${web}`, cause: 'Service default/asked' },
        ],
        removed: [],
      },
    ]);
  });

  it('tells virtual services and their real servers as ipvsadm does', () => {
    const server = (address: number, weight: number) => ({ address, port: 80, method: 'Masq', weight });
    const service = (...destinations: object[]) => ({ scheduler: 'rr', persistentSeconds: 100, destinations });
    const before = service(server(0x0a0a0102, 1), server(0x0a0a0202, 1));
    const after = service(server(0x0a0a0302, 1), server(0x0a0a0102, 1), server(0x0a0a0202, 0));
    const changed: Change = { table: 'nf.ipvs-services', key: 'node/worker|TCP 10.200.1.1:80', before, after, json: '' };
    const [diff] = rulesDiff([changed], (line) => line);
    const line = (text: string) => ({ table: 'ipvs', rule: `-a -t 10.200.1.1:80 -r ${text}`, cause: `-a -t 10.200.1.1:80 -r ${text}` });
    expect(diff).toEqual({
      node: 'worker',
      added: [line('10.10.3.2:80 -m -w 1'), line('10.10.2.2:80 -m -w 0')],
      removed: [line('10.10.2.2:80 -m -w 1')],
    });
    expect(
      rulesDiff([{ ...changed, before: undefined, after: { ...service(), persistentSeconds: undefined } }], () => null)[0]!.added,
    ).toEqual([{ table: 'ipvs', rule: '-A -t 10.200.1.1:80 -s rr', cause: null }]);
  });

  it('is silent about rules that only moved, and counts equal ones', () => {
    expect(rulesDiff([chain('node/n|nat|C', ['a', 'b'], ['b', 'a'])], () => null)).toEqual([]);
    expect(rulesDiff([chain('node/n|nat|C', ['a', 'a'], ['a'])], () => null)[0]!.removed).toHaveLength(1);
  });
});
