import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SandboxHost, type Written } from '../engine/sandbox-host.js';
import { EventStream } from '../streams/event-stream.js';
import { OpenStreams } from '../streams/open-streams.js';
import type { RequestIdentity } from '../persistence/log-types.js';
import type { Exec } from './exec.schemas.js';
import { type ExecSink, PacedExecution, type SignalName } from './paced-execution.js';
import { retell } from './retold-execution.js';

/** A client whose connection broke gets this long to be noticed as gone before its command is interrupted. */
const GRACE_MS = 2000;

/** The commands whose output somebody is watching. */
@Injectable()
export class LiveExecutions {
  readonly #running = new Map<string, PacedExecution>();

  constructor(
    private readonly host: SandboxHost,
    private readonly streams: OpenStreams,
  ) {}

  /**
   * Starts a command and streams it; a retried request is told what its first try has shown. Rejects, with nothing sent
   * yet, when the command cannot be started.
   */
  follow(sandboxId: string, asked: Exec, reply: FastifyReply, request?: RequestIdentity): Promise<void> {
    return new Promise((resolve, reject) => {
      let stream: EventStream | undefined;
      const sink: ExecSink = {
        // The answer begins with the first event: until then a refusal can still be an ordinary problem.
        send: (event, data, seq) => {
          stream ??= new EventStream(reply, () => void setTimeout(() => void this.#interrupt(execution), GRACE_MS));
          resolve();
          stream.send(event, data, seq);
          if (event === 'end') stream.end();
        },
      };
      const execution = new PacedExecution(this.host, sandboxId, asked, sink);
      const key = `${sandboxId}/${execution.execId}`;
      this.#running.set(key, execution);
      const remove = this.streams.add(() => void execution.signal('SIGINT'));
      const goesOn = (execId: string): boolean => this.#running.has(`${sandboxId}/${execId}`) && !stream?.ended;
      execution
        .run(request)
        .then((earlier) => earlier && retell(this.host, sandboxId, earlier, sink, goesOn))
        .catch((error: unknown) => {
          reject(error);
          // Too late for a problem: a stream that ends without its `end` event is one to be asked for again.
          stream?.end();
        })
        .finally(() => {
          this.#running.delete(key);
          remove();
        });
    });
  }

  /** Undefined when there is no such execution any more. */
  async signal(sandboxId: string, execId: string, name: SignalName): Promise<Written | undefined> {
    return this.#running.get(`${sandboxId}/${execId}`)?.signal(name);
  }

  /** Ctrl-C first, as a closing terminal would; what traps it is killed. */
  async #interrupt(execution: PacedExecution): Promise<void> {
    await execution.signal('SIGINT');
    await execution.signal('SIGKILL');
  }
}
