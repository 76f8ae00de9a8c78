import fc from 'fast-check';
import type { KubeObject } from '../types.js';
import { parseFieldSelector } from './fields.js';
import { formatSelector, matchesLabels, matchesSelector, parseLabelSelector } from './labels.js';

const matches = (selector: string, labels: Record<string, string>): boolean | string => {
  const parsed = parseLabelSelector(selector);
  return parsed.ok ? parsed.value(labels) : parsed.error;
};

describe('parseLabelSelector', () => {
  const labels = { app: 'web', tier: 'b', n: '5', empty: '' };
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app!=web', false],
    ['other!=web', true],
    ['app', true],
    ['!app', false],
    ['!other', true],
    ['app in (web, api)', true],
    ['app notin (web)', false],
    ['other notin (web)', true],
    ['app=web,tier=b', true],
    ['app=web,tier=c', false],
    ['n>4,n<6', true],
    ['empty=', true],
    ['app=', false],
    ['toString', false],
    ['kubernetes.io/name=x', false],
  ])('%s', (selector, expected) => expect(matches(selector, labels)).toBe(expected));

  it.each([
    ['app=web,', "found '', expected: identifier after ','"],
    ['app in web', "unable to parse requirement: found 'web' expected: '('"],
    ['app web', "unable to parse requirement: found 'web', expected: in, notin, =, ==, !=, gt, lt"],
    ['=web', "found '=', expected: !, identifier, or 'end of string'"],
    ['-a=web', /^unable to parse requirement: key: Invalid value: "-a": name part must consist of alphanumeric characters/],
    ['a=-', /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-": a valid label must be an empty string or consist of/],
    ['n>x', `unable to parse requirement: values[0][n]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`],
  ])('refuses %s', (selector, text) =>
    expect(matches(selector, labels)).toEqual(typeof text === 'string' ? text : expect.stringMatching(text)),
  );

  it('never throws', () => {
    const text = fc.array(fc.constantFrom('a', 'in', 'notin', '(', ')', ',', '!', '=', '==', '!=', '<', ' ', '-', '\0'));
    fc.assert(
      fc.property(
        fc.oneof(
          text.map((pieces) => pieces.join('')),
          fc.string(),
        ),
        (selector) => typeof parseLabelSelector(selector).ok === 'boolean',
      ),
    );
  });
});

describe('selectors of objects', () => {
  it('match only labels of the object itself', () => {
    expect(matchesLabels({ app: 'web' }, { app: 'web', x: 'y' })).toBe(true);
    expect(matchesLabels({ app: 'web' }, undefined)).toBe(false);
    expect(matchesSelector({}, undefined)).toBe(true);
    expect(matchesSelector(undefined, { a: 'b' })).toBe(false);
    const selector = {
      matchLabels: { b: '1' },
      matchExpressions: [
        { key: 'a', operator: 'In', values: ['y', 'x'] },
        { key: 'c', operator: 'DoesNotExist' },
      ],
    };
    expect(matchesSelector(selector, { a: 'x', b: '1' })).toBe(true);
    expect(matchesSelector(selector, { a: 'x', b: '1', c: '' })).toBe(false);
    expect(formatSelector(selector)).toBe('a in (x,y),b=1,!c');
  });
});

describe('parseFieldSelector', () => {
  const object = { metadata: { name: 'a,b', namespace: 'default' }, spec: {} } as KubeObject;
  const fields = { 'spec.nodeName': (pod: Readonly<KubeObject>) => pod.spec?.['nodeName'] as unknown };
  it.each([
    ['metadata.namespace=default', true],
    ['metadata.name==a\\,b,metadata.namespace!=x', true],
    ['spec.nodeName=', true],
    ['spec.nodeName!=', false],
    ['', true],
  ])('%s', (selector, expected) => {
    const parsed = parseFieldSelector(selector, fields);
    expect(parsed.ok && parsed.value(object)).toBe(expected);
  });

  it.each([
    ['status.phase=Running', 'field label not supported: status.phase'],
    ['toString=x', 'field label not supported: toString'],
    ['nonsense', "invalid selector: 'nonsense'; can't understand 'nonsense'"],
  ])('refuses %s', (selector, text) => {
    const parsed = parseFieldSelector(selector, fields);
    expect(!parsed.ok && parsed.error).toBe(text);
  });
});
