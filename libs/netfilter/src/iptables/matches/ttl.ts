import { bang, compared, type MatchExtension } from '../extension.js';
import { parameterProblem } from '../tool-error.js';

const FORMS = [
  { option: 'ttl-eq', sign: '==', opposite: '!=', holds: (ttl: number, wanted: number) => ttl === wanted },
  { option: 'ttl-lt', sign: '<', opposite: '<', holds: (ttl: number, wanted: number) => ttl < wanted },
  { option: 'ttl-gt', sign: '>', opposite: '>', holds: (ttl: number, wanted: number) => ttl > wanted },
] as const;

/** `-m ttl`: hops that are left (Linux: net/netfilter/xt_hl.c). */
export const ttl: MatchExtension = {
  name: 'ttl',
  options: [
    { name: 'ttl-eq', aliases: ['ttl'], values: 1, invertible: true, excludes: ['ttl-lt', 'ttl-gt'] },
    { name: 'ttl-lt', values: 1, excludes: ['ttl-eq', 'ttl-gt'] },
    { name: 'ttl-gt', values: 1, excludes: ['ttl-eq', 'ttl-lt'] },
  ],
  parse(options) {
    const form = FORMS.find(({ option }) => options.has(option));
    if (!form) throw parameterProblem("TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt");
    const wanted = options.number(form.option, 0, 255)!;
    const inverted = options.isInverted(form.option);
    const sign = inverted ? form.opposite : form.sign;
    return {
      name: 'ttl',
      text: `${bang(inverted)}--${form.option} ${wanted}`,
      list: () => `TTL match TTL ${sign} ${wanted}`,
      test: ({ packet }) => form.holds(packet.ttl, wanted) !== inverted,
      explain: ({ packet }, matched) => compared('TTL', packet.ttl, `${form.sign} ${wanted}`, matched !== inverted),
    };
  },
};
