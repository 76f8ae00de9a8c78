import { readFileSync } from 'node:fs';
import { probabilityText } from './probability.js';

const vectors: { n: number; written: string }[] = JSON.parse(
  readFileSync(new URL('../testdata/probabilities.json', import.meta.url), 'utf8'),
);

describe('probabilityText', () => {
  it.each(vectors)('1/$n is $written', ({ n, written }) => expect(probabilityText(n)).toBe(written));
  it('rounds the tie at 2048 to even, as Go does', () => expect(probabilityText(2048)).toBe('0.0004882812'));
});
