import { hex, type OptionSet, type RuleContext, type Target, type TargetExtension } from '../extension.js';
import { changedMark, listMarkChange, markChangeOptions, markChangeText, parseMarkChange } from '../mark-change.js';
import { parameterProblem } from '../tool-error.js';

const ALL_BITS = 0xffffffff;

/** `-j CONNMARK`: the mark that a connection remembers (Linux: net/netfilter/xt_connmark.c, `connmark_tg`). */
export const connmark: TargetExtension = {
  name: 'CONNMARK',
  options: [
    ...markChangeOptions('save-mark', 'restore-mark'),
    { name: 'save-mark', values: 0, excludes: ['restore-mark'] },
    { name: 'restore-mark', values: 0, excludes: ['save-mark'] },
    { name: 'ctmask', values: 1 },
    { name: 'nfmask', values: 1 },
    { name: 'mask', values: 1, excludes: ['ctmask', 'nfmask'] },
  ],
  parse(options) {
    const parsed = options.has('save-mark') ? save(options) : options.has('restore-mark') ? restore(options) : set(options);
    return { name: 'CONNMARK', needsConntrack: true, ...parsed };
  },
};

/** What the three uses of CONNMARK differ in. */
type Use = Pick<Target, 'text' | 'list' | 'apply'>;

function set(options: OptionSet): Use {
  const given = parseMarkChange(options);
  if (!given) throw parameterProblem('CONNMARK target: No operation specified');
  const change = { value: given.value, mask: maskOption(options, 'mask') ?? given.mask };
  return {
    text: markChangeText(change),
    list: () => `CONNMARK ${listMarkChange(change)}`,
    apply: (context) => remember(context, (mark) => changedMark(mark, change)),
  };
}

/** The connection takes the packet's mark. */
function save(options: OptionSet): Use {
  const { nfmask, ctmask } = parseMasks(options);
  return {
    text: `--save-mark --nfmask ${hex(nfmask)} --ctmask ${hex(ctmask)}`,
    list: () => `CONNMARK save${listMasks('nfmask', nfmask, 'ctmask', ctmask)}`,
    apply: (context) => remember(context, (mark) => changedMark(mark, { value: context.skb.mark & nfmask, mask: ctmask })),
  };
}

/** The packet takes the connection's mark. */
function restore(options: OptionSet): Use {
  const { nfmask, ctmask } = parseMasks(options);
  return {
    text: `--restore-mark --nfmask ${hex(nfmask)} --ctmask ${hex(ctmask)}`,
    list: () => `CONNMARK restore${listMasks('ctmask', ctmask, 'nfmask', nfmask)}`,
    apply: ({ skb }) => {
      if (skb.ct) skb.mark = changedMark(skb.mark, { value: skb.ct.entry.mark & ctmask, mask: nfmask });
      return 'continue';
    },
  };
}

function remember({ skb: { ct }, kernel }: RuleContext, next: (mark: number) => number): 'continue' {
  if (ct) kernel.conntrack.setMark(ct, next(ct.entry.mark));
  return 'continue';
}

function parseMasks(options: OptionSet): { readonly nfmask: number; readonly ctmask: number } {
  const both = maskOption(options, 'mask') ?? ALL_BITS;
  return { nfmask: maskOption(options, 'nfmask') ?? both, ctmask: maskOption(options, 'ctmask') ?? both };
}

const maskOption = (options: OptionSet, name: string): number | undefined => options.number(name, 0, ALL_BITS);

/** ` mask 0xff`; ` nfmask 0xf ctmask ~0xf0`: what is read, then what is written over. */
function listMasks(readName: string, read: number, writtenName: string, written: number): string {
  if (read === ALL_BITS && written === ALL_BITS) return '';
  return read === written ? ` mask ${hex(read)}` : ` ${readName} ${hex(read)} ${writtenName} ~${hex(written)}`;
}
