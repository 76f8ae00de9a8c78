import { matchesLabels } from '@svclab/kube-api';
import { LabelCensus } from './label-census.js';

const isWeb = (labels: Readonly<Record<string, string>> | undefined): boolean => matchesLabels({ app: 'web' }, labels);

it('counts labels by what they say, whoever carries them', () => {
  const census = new LabelCensus();
  census.add({ app: 'web', tier: 'front' });
  census.add({ tier: 'front', app: 'web' });
  census.add({ app: 'db' });
  census.add(undefined);
  expect(census.count(isWeb)).toBe(2);
  expect(census.count(() => true)).toBe(4);
  census.remove({ app: 'web', tier: 'front' });
  census.remove({});
  expect(census.count(isWeb)).toBe(1);
  expect(census.count(() => true)).toBe(2);
  census.remove({ app: 'web', tier: 'front' });
  census.remove({ app: 'db' });
  expect(census.isEmpty).toBe(true);
});
