import { bytesOf, holdsBytes, textOf } from '@svclab/sim';
import { parseAddress } from '@svclab/wire';
import type { Dialled, DialInput } from '../entry.js';
import type { Sandbox } from '../sandbox.js';
import { noSuchPlace } from './exec.js';
import { done, refuse, settle, type Outcome } from './outcome.js';

/** One exchange over a connection of its own, from a place of the sandbox. */
export function runDial(sandbox: Sandbox, { from, host, port, request, settle: wanted }: DialInput): Outcome {
  const { world } = sandbox;
  if (from !== 'host' && !world.container(from)) return noSuchPlace(from);
  const destination = parseAddress(host === 'localhost' ? '127.0.0.1' : host);
  if (destination === undefined) return refuse({ status: 422, title: 'Unknown host', detail: `"${host}" is no address` });
  const { outcome, errno, response } = world.net.send({
    netns: world.netnsOf(from),
    protocol: 'tcp',
    destination,
    port,
    ...(request !== undefined && exchanged(request)),
  });
  settle(sandbox, wanted);
  const dialled: Dialled = {
    outcome,
    ...(errno !== undefined && { errno }),
    ...(response !== undefined && {
      response: request !== undefined && holdsBytes(request) ? textOf(Uint8Array.from(response, code)) : response,
    }),
  };
  return done(dialled);
}

const code = (character: string): number => character.charCodeAt(0);

/** Text travels as text, so that servers can read it; what is none travels as bytes, one character each. */
const exchanged = (request: string): { request: string; binary?: true } =>
  holdsBytes(request) ? { request: Array.from(bytesOf(request), (byte) => String.fromCharCode(byte)).join(''), binary: true } : { request };
