import { render, share } from './render.js';

describe('sentences of a chapter', () => {
  it('put values where they are named', () => {
    expect(render({ a: '`{node}` has {count}.' }, { key: 'a', params: { node: 'n', count: 3 } })).toBe('`n` has 3.');
  });

  it('are never shown half', () => {
    expect(() => render({}, { key: 'a', params: {} })).toThrow('no text a');
    expect(() => render({ a: '{node}' }, { key: 'a', params: {} })).toThrow('node');
  });

  it.each([
    [1, '1'],
    [0.5, '1/2'],
    [1 / 3, '1/3'],
    [0.33333333349, '1/3'],
    [0.4, '40 %'],
  ])('write the share %d as %s', (probability, text) => expect(share(probability)).toBe(text));
});
