import { formatAddress, isIpv4, parseIpv4, type Address } from '@svclab/wire';
import { bang, type MatchExtension, type OptionSet } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

interface RangeTest {
  readonly option: 'src-range' | 'dst-range';
  readonly first: number;
  readonly last: number;
  readonly inverted: boolean;
}

const TITLES = { 'src-range': 'source', 'dst-range': 'destination' } as const;

/** `-m iprange`: an address between two others (Linux: net/netfilter/xt_iprange.c). */
// Simplification: a range that is the wrong way round never matches, but the tool's warning about it is not printed.
export const iprange: MatchExtension = {
  name: 'iprange',
  options: [
    { name: 'src-range', values: 1, invertible: true },
    { name: 'dst-range', values: 1, invertible: true },
  ],
  parse(options) {
    const tests = (['src-range', 'dst-range'] as const).flatMap((option) => parseRange(options, option) ?? []);
    if (tests.length === 0) throw parameterProblem("iprange match: You must specify `--src-range' or `--dst-range'");
    return {
      name: 'iprange',
      text: tests.map((test) => `${bang(test.inverted)}--${test.option} ${rangeText(test)}`).join(' '),
      list: () => tests.map((test) => `${TITLES[test.option]} IP range ${bang(test.inverted)}${rangeText(test)}`).join(' '),
      test: ({ packet }) => tests.every((test) => holds(test, addressFor(test, packet))),
      explain: ({ packet }, matched) => {
        const told = matched ? tests : tests.filter((test) => !holds(test, addressFor(test, packet))).slice(0, 1);
        return told.map((test) => explainRange(test, addressFor(test, packet))).join(', ');
      },
    };
  },
};

function parseRange(options: OptionSet, option: RangeTest['option']): RangeTest | undefined {
  const text = options.value(option);
  if (text === undefined) return undefined;
  const [firstText, lastText = firstText] = text.split('-', 2);
  const parse = (part: string): number => {
    const address = parseIpv4(part);
    if (address === undefined) throw parameterProblem(`iprange: Bad value for "--${option}" option: "${part}"`);
    return address;
  };
  return { option, first: parse(firstText!), last: parse(lastText!), inverted: options.isInverted(option) };
}

const addressFor = ({ option }: RangeTest, packet: { readonly src: Address; readonly dst: Address }): Address =>
  option === 'src-range' ? packet.src : packet.dst;

const contains = ({ first, last }: RangeTest, address: Address): boolean => isIpv4(address) && address >= first && address <= last;

const holds = (test: RangeTest, address: Address): boolean => contains(test, address) !== test.inverted;

const rangeText = ({ first, last }: RangeTest): string => `${formatAddress(first)}-${formatAddress(last)}`;

const explainRange = (test: RangeTest, address: Address): string =>
  `${TITLES[test.option]} ${formatAddress(address)} is ${contains(test, address) ? '' : 'not '}in ${rangeText(test)}`;
