import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CreateInput } from '@svclab/sandbox';
import { type Credentials, Tokens } from '../auth/tokens.js';
import { SandboxHost, type Written } from '../engine/sandbox-host.js';
import type { RequestIdentity, SandboxRow } from '../persistence/log-types.js';
import { invalidField } from '../problems/problem.js';
import { isoTime, links } from './presentation.js';
import type { CreateSandbox, Fork } from './sandboxes.schemas.js';

/** Makes sandboxes: fresh ones, forks, and new logs for old ones. Here alone the host's clock and chance go in, as data. */
@Injectable()
export class SandboxCreator {
  constructor(
    private readonly host: SandboxHost,
    private readonly tokens: Tokens,
  ) {}

  async create(body: CreateSandbox, request: RequestIdentity | undefined): Promise<object> {
    const credentials = request ? this.tokens.issueFor('create', request.key) : this.tokens.issue();
    const { profile, proxyMode = 'iptables', name } = body;
    const seed = body.seed ?? randomBytes(4).readUInt32BE();
    const { id, tokenHash } = credentials;
    const written = await this.host.create({ id, tokenHash, profile, proxyMode, seed, name }, createInput({ ...body, seed }), request);
    return this.#answer(credentials, written);
  }

  async fork(parent: Readonly<SandboxRow>, body: Fork, request: RequestIdentity | undefined): Promise<object> {
    const atSeq = body.atSeq ?? parent.seq;
    if (atSeq > parent.seq) throw invalidField(422, 'Cannot fork', '/atSeq', `must be at most ${parent.seq}, where the log ends`);
    const credentials = request ? this.tokens.issueFor(`fork\0${parent.id}`, request.key) : this.tokens.issue();
    const { profile, proxyMode, seed } = parent;
    const { id, tokenHash } = credentials;
    const written = await this.host.fork(
      { id, tokenHash, profile, proxyMode, seed, name: body.name ?? parent.name ?? undefined, parent: { id: parent.id, seq: atSeq } },
      { sandboxId: parent.id, log: parent.log, seq: atSeq },
      request,
    );
    return { ...(await this.#answer(credentials, written)), parent: { id: parent.id, seq: atSeq } };
  }

  /** As it was made, with the same seed, kind configuration and manifest. */
  async reset(sandbox: Readonly<SandboxRow>, request: RequestIdentity | undefined): Promise<Written> {
    const first = await this.host.findEntry(sandbox.id, 1);
    const input = first!.input as CreateInput;
    return this.host.reset(sandbox.id, { ...input, startUs: startUs() }, { request });
  }

  async #answer({ id, token }: Credentials, written: Written): Promise<object> {
    const sandbox = (await this.host.find(id))!;
    const { profile, proxyMode, seed, name } = sandbox;
    return {
      id,
      token,
      ...(name === null ? {} : { name }),
      profile,
      proxyMode,
      seed,
      seq: written.seq,
      virtualTime: isoTime(written.virtualTimeUs),
      kubernetesUrl: this.tokens.kubernetesPath(sandbox),
      links: links(id),
    };
  }
}

function createInput({ profile, proxyMode, seed, kindConfig, manifest }: CreateSandbox & { readonly seed: number }): CreateInput {
  return {
    kind: 'create',
    profile,
    seed,
    startUs: startUs(),
    ...(proxyMode === undefined ? {} : { proxyMode }),
    ...(kindConfig === undefined ? {} : { kindConfig }),
    ...(manifest === undefined ? {} : { manifest }),
  };
}

const startUs = (): number => Date.now() * 1000;
