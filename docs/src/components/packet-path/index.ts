export { PacketPath, type PacketPathProps } from './packet-path.js';
export { showTrace, useShownTrace } from './trace-channel.js';
export type { TracedRequest } from './trace-store.js';
