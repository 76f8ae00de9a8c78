import fc from 'fast-check';
import { bench, NODE } from '../testing/fake-network.js';
import { quote, splitWords } from './quoting.js';
import { parseRuleText } from './rule-cache.js';

const octet = fc.integer({ min: 0, max: 255 });
const prefix = fc.tuple(octet, octet, octet, octet, fc.integer({ min: 1, max: 32 })).map(([a, b, c, d, n]) => `${a}.${b}.${c}.${d}/${n}`);
const maybe = (option: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.option(option, { nil: '' });
const not = fc.constantFrom('', '! ');
const join = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((texts) => texts.filter(Boolean).join(' '));
const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });

const match = fc.oneof(
  printable.map((text) => `-m comment --comment ${quote(text)}`),
  fc.tuple(not, fc.integer({ min: 0, max: 0xffffffff })).map(([n, mark]) => `-m mark ${n}--mark 0x${mark.toString(16)}`),
  fc.double({ min: 0, max: 1, noNaN: true }).map((p) => `-m statistic --mode random --probability ${p.toFixed(10)}`),
  fc
    .tuple(not, fc.subarray(['NEW', 'ESTABLISHED', 'RELATED', 'DNAT'], { minLength: 1 }))
    .map(([n, s]) => `-m conntrack ${n}--ctstate ${s.join(',')}`),
  fc.constantFrom('-m recent --set --name L', '-m recent ! --rcheck --seconds 9 --reap --name L', '-m addrtype ! --dst-type LOCAL'),
);

const rule = join(
  maybe(fc.tuple(not, prefix).map(([n, p]) => `${n}-s ${p}`)),
  maybe(fc.tuple(not, prefix).map(([n, p]) => `${n}-d ${p}`)),
  maybe(fc.tuple(not, fc.constantFrom('eth0', 'veth+')).map(([n, i]) => `${n}-i ${i}`)),
  fc.constantFrom('-p tcp', '-p tcp -m tcp --dport 80', '-p tcp --sport 1024: --syn'),
  match,
  maybe(match),
  fc.constantFrom('', '-j ACCEPT', '-j RETURN', '-j MARK --or-mark 0x4000', '-j REJECT --reject-with tcp-reset'),
);

describe('rule texts', () => {
  it('are read back as they were printed', () => {
    fc.assert(
      fc.property(rule, (text) => {
        const [printed] = parseRuleText(text)!.map((each) => each.text);
        expect(parseRuleText(printed!)![0]!.text).toBe(printed);
      }),
      { numRuns: 500 },
    );
  });

  it('are saved and restored without change', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 5 }), (rules) => {
        const on = bench(`*filter\n${rules.map((each) => `-A FORWARD ${each}\n`).join('')}COMMIT\n`);
        const saved = on.netfilter.iptablesSave(NODE, ['-c']).stdout;
        on.netfilter.iptablesRestore('node/copy', ['-c'], saved);
        expect(on.netfilter.iptablesSave('node/copy', ['-c']).stdout).toBe(saved);
      }),
      { numRuns: 60 },
    );
  });

  it('keep any word whole through quoting', () => {
    fc.assert(
      fc.property(fc.array(printable, { minLength: 1, maxLength: 4 }), (words) => {
        expect(splitWords(words.map(quote).join(' '))).toEqual(words);
      }),
    );
  });

  it('never break the program, however wrong they are', () => {
    const word = fc.oneof(
      fc.constantFrom('-A', '-I', '-D', 'FORWARD', '-s', '-m', 'tcp', '-p', '!', '-j', '--dport', '-t', 'nat', '--', '-L', '-c', '-E'),
      printable,
    );
    const on = bench();
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        const { exitCode, stderr } = on.netfilter.iptables(NODE, argv);
        expect([0, 1, 2, 3, 4]).toContain(exitCode);
        expect(stderr !== '').toBe(exitCode !== 0);
      }),
      { numRuns: 500 },
    );
  });
});
