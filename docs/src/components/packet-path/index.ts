export { Distribution, type DistributionProps } from './distribution.js';
export { KindSign } from './kind-mark.js';
export { PacketPath, type PacketPathProps } from './packet-path.js';
export { showTrace, useShownTrace } from './trace-channel.js';
export type { TracedRequest } from './trace-store.js';
