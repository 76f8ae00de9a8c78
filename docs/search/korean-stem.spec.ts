import lunr from 'lunr';
import stemmerSupport from 'lunr-languages/lunr.stemmer.support.js';
import multiLanguage from 'lunr-languages/lunr.multi.js';
import { koreanStem } from './korean-stem.cjs';
import useKorean from './lunr-ko.cjs';

describe('Korean in the search', () => {
  it.each([
    ['서비스의', '서비스'],
    ['파드에서는', '파드'],
    ['노드마다', '노드'],
    ['엔드포인트를', '엔드포인트'],
    ['iptables로', 'iptables'],
    ['8080으로', '8080'],
    ['서비스의*', '서비스*'],
    ['정도', '정도'],
    ['에서', '에서'],
    ['conntrack', 'conntrack'],
  ])('%s is looked up as %s', (word, stem) => expect(koreanStem(word)).toBe(stem));

  it('finds a word by any of its forms, and English beside it', () => {
    stemmerSupport(lunr);
    useKorean(lunr);
    multiLanguage(lunr);
    const index = lunr(function (this: any) {
      this.use(lunr.multiLanguage('ko', 'en'));
      this.ref('id');
      this.field('text');
      this.add({ id: 'services', text: '서비스의 주소는 어디에도 없습니다' });
      this.add({ id: 'pods', text: 'kube-proxy가 파드에게 rules 를 씁니다' });
    });
    const found = (query: string): string[] => index.search(query).map(({ ref }: { ref: string }) => ref);
    for (const query of ['서비스', '서비스의', '서비스를', '+서비스에서', '주소', '서비*']) expect(found(query)).toEqual(['services']);
    for (const query of ['파드', '파드는', 'proxy', 'rule']) expect(found(query)).toEqual(['pods']);
    expect(found('노드')).toEqual([]);
  });
});
