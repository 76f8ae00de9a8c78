import type { TargetExtension } from '../extension.js';

/** `-j TRACE`: asks the kernel to tell of every rule that the packet meets (Linux: net/netfilter/nft_meta.c, `nftrace`). */
// Simplification: nobody reads what `xtables-monitor --trace` would show; svclab's own traces say the same of any packet.
export const trace: TargetExtension = {
  name: 'TRACE',
  options: [],
  parse: () => ({ name: 'TRACE', text: '', list: () => '', apply: () => 'continue' }),
};
