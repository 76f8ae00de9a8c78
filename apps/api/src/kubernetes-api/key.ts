import type { Tokens } from '../auth/tokens.js';
import type { SandboxHost } from '../engine/sandbox-host.js';
import { StatusError, statusOf } from './status-error.js';

/** Which sandbox a key in an address opens. What was never given out and what is gone are refused alike. */
export async function sandboxOfKey(key: string, host: SandboxHost, tokens: Tokens): Promise<string> {
  const id = tokens.ownerOfKubernetesKey(key);
  const sandbox = id === undefined ? undefined : await host.find(id);
  if (sandbox && tokens.isKubernetesKey(key, sandbox)) return sandbox.id;
  throw new StatusError(statusOf(404, 'no sandbox has this address: it was deleted or its key was changed, or the address is not complete'));
}
