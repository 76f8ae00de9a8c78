import fc from 'fast-check';
import { canonicalJson, cloneJson } from './canonical-json.js';

describe('canonicalJson', () => {
  it('does not depend on the order in which members were set', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'ü' }], a: true, gone: undefined })).toBe('{"a":true,"b":[1,{"c":"ü","d":null}]}');
  });

  it('is JSON for the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(cloneJson(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('keeps a member of any name', () => {
    const value = JSON.parse('{"__proto__":{"a":1},"b":2}') as object;
    expect(canonicalJson(cloneJson(value))).toBe('{"__proto__":{"a":1},"b":2}');
  });

  it('refuses what could not be restored', () => {
    for (const value of [NaN, Infinity, () => 1, 1n, Symbol('x')]) expect(() => canonicalJson({ value })).toThrow(TypeError);
  });
});
