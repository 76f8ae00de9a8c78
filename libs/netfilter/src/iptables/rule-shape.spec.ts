import fc from 'fast-check';
import { parseRuleText } from './rule-cache.js';
import { learnShape, outlineRule } from './rule-shape.js';

/** Fillings good and bad: what is not printed back unchanged, or not taken at all, must not be known again. */
const address = fc.constantFrom('10.1.2.3', '255.0.0.1', '10.1.2.256', '010.1.2.3', '10.1.2', '10.1.2.3.4', '1..2.3', '');
const port = fc.constantFrom('80', '1', '65535', '0', '65536', '080', '', '80:90', 'http');
const comment = fc.oneof(
  fc.constantFrom(
    'ns/svc:web cluster IP',
    'bare-word',
    'with \\" inside',
    "it's",
    '',
    'x y'.repeat(90),
    '-s 10.0.0.1/32 -j DROP',
    'a" -j DROP "',
  ),
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
);
const probability = fc.constantFrom(
  '0.50000000000',
  '0.33333333349',
  '0.33333333333',
  '0.5',
  '1.00000000000',
  '.50000000000',
  '0.5000000000x',
);
const chain = fc.constantFrom('KUBE-SVC-ABC', 'ACCEPT', 'DNAT', 'LOG', 'C'.repeat(28), 'C'.repeat(29), 'two words', '', 'KUBE-MARK-MASQ');

type Form = (parts: { address: string; other: string; port: string; comment: string; probability: string; chain: string }) => string;

const FORMS: readonly Form[] = [
  (p) => `-d ${p.address}/32 -p tcp -m comment --comment "${p.comment}" -m tcp --dport ${p.port} -j ${p.chain}`,
  (p) => `! -s ${p.other}/32 -d ${p.address}/32 -p udp -m comment --comment "${p.comment}" -m udp --dport ${p.port} -g ${p.chain}`,
  (p) => `-m comment --comment "${p.comment}" -m statistic --mode random --probability ${p.probability} -j ${p.chain}`,
  (p) => `-p tcp -m comment --comment "${p.comment}" -m tcp -j DNAT --to-destination ${p.address}:${p.port}`,
  (p) => `-s ${p.address}/32 -m comment --comment "${p.comment}" -j REJECT --reject-with icmp-port-unreachable`,
  (p) => `-d ${p.address}/32 -i eth0 -p tcp -m comment --comment "${p.comment}" -m nfacct --nfacct-name  seen -j ${p.chain}`,
];

const GOOD = { address: '10.9.9.9', other: '10.8.8.8', port: '8080', comment: 'a b', probability: '0.50000000000', chain: 'KUBE-SVC-X' };

function parsed(text: string): ReturnType<typeof parseRuleText> {
  try {
    return parseRuleText(text);
  } catch {
    return undefined;
  }
}

describe('shapes of rules', () => {
  beforeAll(() => FORMS.forEach((form) => learnShape(parsed(form(GOOD))![0]!)));

  it('are known again only where parsing says the same', () => {
    let known = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMS),
        fc.record({ address, other: address, port, comment, probability, chain }),
        fc.array(fc.constantFrom<keyof typeof GOOD>('address', 'other', 'port', 'comment', 'probability', 'chain'), { maxLength: 2 }),
        (form, parts, bad) => {
          const text = form({ ...GOOD, ...Object.fromEntries(bad.map((part) => [part, parts[part]])) });
          const outline = outlineRule(text);
          if (!outline) return;
          known++;
          const rules = parsed(text);
          expect(rules).toHaveLength(1);
          const { head, matches, action } = rules![0]!;
          expect(rules![0]!.text).toBe(text);
          expect([outline.head.inIface, outline.head.outIface]).toEqual([head.inIface, head.outIface]);
          const facts = ({ hooks, accountingObject, ipset, name }: (typeof matches)[number]) => ({ hooks, accountingObject, ipset, name });
          expect((outline.matches as typeof matches).map(facts)).toEqual(matches.map(facts));
          expect(outline.action.kind).toBe(action.kind);
          if (action.kind === 'jump' || action.kind === 'goto') expect(outline.action).toEqual(action);
        },
      ),
      { numRuns: 4000, seed: 4 },
    );
    expect(known).toBeGreaterThan(1000);
  });

  it('hold for what kube-proxy writes', () => {
    for (const form of FORMS) {
      expect(outlineRule(form({ ...GOOD, address: '10.1.2.3', port: '53', comment: 'kube-system/kube-dns:dns cluster IP' }))).toBeDefined();
    }
  });
});
