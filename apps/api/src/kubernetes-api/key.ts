import type { Tokens } from '../auth/tokens.js';
import type { SandboxHost } from '../engine/sandbox-host.js';
import { StatusError, statusOf } from './status-error.js';

/**
 * Which sandbox an address opens: one that holds a key, or a sandbox's id beside a key as bearer token. What was never given out
 * and what is gone are refused alike.
 */
export async function sandboxOfKey(inAddress: string, host: SandboxHost, tokens: Tokens, authorization = ''): Promise<string> {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  const key = bearer?.startsWith(inAddress) ? bearer : inAddress;
  const id = tokens.ownerOfKubernetesKey(key);
  const sandbox = id === undefined ? undefined : await host.find(id);
  if (sandbox && tokens.isKubernetesKey(key, sandbox)) return sandbox.id;
  throw new StatusError(
    statusOf(404, 'no sandbox has this address: it was deleted or its key was changed, or the address is not complete'),
  );
}
