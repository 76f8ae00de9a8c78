import { bang, type MatchExtension } from '../extension.js';
import { parseSides } from '../set-sides.js';
import { parameterProblem } from '../tool-error.js';

/**
 * `-m set`: whether a packet is in a set (Linux: net/netfilter/xt_set.c).
 *
 * Simplification: an element's counters are bumped but cannot be compared (`--packets-eq` and its kind are not there).
 */
export const set: MatchExtension = {
  name: 'set',
  options: [
    { name: 'match-set', values: 2, invertible: true },
    { name: 'return-nomatch', values: 0 },
    { name: 'update-counters', values: 0, invertible: true },
  ],
  parse(options) {
    const given = options.get('match-set');
    if (!given) throw parameterProblem("You must specify `--match-set' with proper arguments");
    const [name, sidesText] = given.values as readonly [string, string];
    const sides = parseSides(sidesText);
    const lookup = { returnNomatch: options.has('return-nomatch'), updateCounters: !options.isInverted('update-counters') };
    const extras = [...(lookup.returnNomatch ? ['return-nomatch'] : []), ...(lookup.updateCounters ? [] : ['! update-counters'])];
    return {
      name: 'set',
      text: [`${bang(given.invert)}--match-set ${name} ${sidesText}`, ...extras.map((extra) => extra.replace(/^(! )?/, '$1--'))].join(' '),
      list: () => [`${bang(given.invert)}match-set ${name} ${sidesText}`, ...extras].join(' '),
      ipset: name,
      test: ({ kernel, netns, packet }) => kernel.ipsets.holds(netns, name, sides, packet, lookup) !== given.invert,
      explain: (_context, matched) => `its ${sidesText} is ${matched === given.invert ? 'not ' : ''}in set ${name}`,
    };
  },
};
