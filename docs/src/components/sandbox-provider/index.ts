export { SandboxRibbon } from './ribbon.js';
export { SandboxProvider, useSandbox } from './sandbox-context.js';
export type { SandboxState } from './sandbox-state.js';
export { isQuota, type SandboxStore } from './sandbox-store.js';
