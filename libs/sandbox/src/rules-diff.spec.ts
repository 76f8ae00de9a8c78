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

  it('is silent about rules that only moved, and counts equal ones', () => {
    expect(rulesDiff([chain('node/n|nat|C', ['a', 'b'], ['b', 'a'])], () => null)).toEqual([]);
    expect(rulesDiff([chain('node/n|nat|C', ['a', 'a'], ['a'])], () => null)[0]!.removed).toHaveLength(1);
  });
});
