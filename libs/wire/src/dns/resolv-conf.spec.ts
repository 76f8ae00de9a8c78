import { readFileSync } from 'node:fs';
import { address } from '../address.js';
import { parseResolvConf, searchCandidates } from './resolv-conf.js';

interface Vectors {
  readonly querySequences: readonly {
    readonly name: string;
    readonly search: readonly string[];
    readonly candidates: readonly string[];
    readonly answeredAtIndex: number;
    readonly queriesWithAandAAAA: number;
  }[];
}

const vectors = JSON.parse(readFileSync(new URL('../testdata/query-sequences.json', import.meta.url), 'utf8')) as Vectors;

describe('a resolv.conf', () => {
  it('of a pod', () => {
    const text = 'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.200.1.10\noptions ndots:5\n';
    expect(parseResolvConf(text)).toEqual({
      nameservers: [address('10.200.1.10')],
      search: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
      ndots: 5,
      timeoutMs: 5000,
      attempts: 2,
    });
  });

  it('with comments, nonsense and too much', () => {
    const servers = [1, 2, 3, 4].map((n) => `nameserver 10.0.0.${n}`).join('\n');
    const text = `# made by hand\ndomain old.test\nsearch a.test. b.test ; last one counts\n${servers}\nnameserver nobody\noptions timeout:2 attempts:9 rotate\n`;
    expect(parseResolvConf(text)).toEqual({
      nameservers: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(address),
      search: ['a.test', 'b.test'],
      ndots: 1,
      timeoutMs: 2000,
      attempts: 5,
    });
  });

  test.each(vectors.querySequences)(
    '$name is looked up as $candidates',
    ({ name, search, candidates, answeredAtIndex, queriesWithAandAAAA }) => {
      expect(searchCandidates(name, { search, ndots: 5 })).toEqual(candidates);
      expect(2 * (answeredAtIndex + 1)).toBe(queriesWithAandAAAA);
    },
  );
});
