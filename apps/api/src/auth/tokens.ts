import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SandboxRow } from '../persistence/log-types.js';

/** A new sandbox's id, its bearer token, and what of the token is stored. */
export interface Credentials {
  readonly id: string;
  readonly token: string;
  readonly tokenHash: string;
}

/** What a sandbox's key is made of: its id, and which of its keys holds now. */
export type KeyedSandbox = Pick<SandboxRow, 'id' | 'kubernetesKey'>;

/**
 * Ids and tokens of sandboxes. A token is derived from the data folder's secret and the id, so that a retried creation can
 * be told it again although only its hash is stored. Both have 128 bits or more of unguessable material.
 */
export class Tokens {
  /** Kubernetes keys that were worked out for sandboxes in memory, each with its number: every summary tells one. */
  readonly #kubernetesKeys = new WeakMap<KeyedSandbox, { readonly number: number; readonly key: string }>();

  constructor(private readonly secret: Buffer) {}

  issue(): Credentials {
    return this.#credentials(randomBytes(16).toString('hex'));
  }

  /** The same credentials for the same retried request: `purpose` keeps keys of different requests apart. */
  issueFor(purpose: string, idempotencyKey: string): Credentials {
    return this.#credentials(this.#derive(`sandbox\0${purpose}\0${idempotencyKey}`).subarray(0, 16).toString('hex'));
  }

  /**
   * The key that opens a sandbox's Kubernetes API. It stands in addresses, since kubectl sends no credentials over http; it opens
   * nothing else. Only its number is stored: a rotation counts on, and no key before proves itself any more.
   */
  kubernetesKey(sandbox: KeyedSandbox): string {
    const { id, kubernetesKey: number } = sandbox;
    const known = this.#kubernetesKeys.get(sandbox);
    if (known?.number === number) return known.key;
    const purpose = number === 1 ? `kubernetes\0${id}` : `kubernetes\0${id}\0${number}`;
    const key = `${id}${this.#derive(purpose).subarray(0, 16).toString('hex')}`;
    this.#kubernetesKeys.set(sandbox, { number, key });
    return key;
  }

  /** Under which its Kubernetes API stands. */
  kubernetesPath(sandbox: KeyedSandbox): string {
    return `/k8s/${this.kubernetesKey(sandbox)}`;
  }

  /** Whose key it would be; undefined for what is no key. */
  ownerOfKubernetesKey(key: string): string | undefined {
    return /^([0-9a-f]{32})[0-9a-f]{32}$/.exec(key)?.[1];
  }

  isKubernetesKey(key: string, sandbox: KeyedSandbox): boolean {
    const expected = Buffer.from(this.kubernetesKey(sandbox));
    const given = Buffer.from(key);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #credentials(id: string): Credentials {
    const token = `svclab_${this.#derive(`token\0${id}`).toString('base64url')}`;
    return { id, token, tokenHash: hashToken(token) };
  }

  #derive(text: string): Buffer {
    return createHmac('sha256', this.secret).update(text).digest();
  }
}

export const hashToken = (token: string): string => hash('sha256', token);

export function tokenMatches(token: string, tokenHash: string): boolean {
  return timingSafeEqual(Buffer.from(hashToken(token), 'hex'), Buffer.from(tokenHash, 'hex'));
}
