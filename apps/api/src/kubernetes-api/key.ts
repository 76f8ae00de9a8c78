import type { Tokens } from '../auth/tokens.js';
import type { SandboxHost } from '../engine/sandbox-host.js';
import { StatusError, statusOf } from './status-error.js';

/** Which sandbox a key in an address opens. What was never given out and what is gone are refused alike. */
export async function sandboxOfKey(key: string, host: SandboxHost, tokens: Tokens): Promise<string> {
  const id = tokens.sandboxOfKubernetesKey(key);
  if (id !== undefined && (await host.find(id))) return id;
  throw new StatusError(statusOf(404, 'no sandbox has this address: it was deleted, or the address is not complete'));
}
