import { translate } from '@docusaurus/Translate';
import { newIdempotencyKey, ProblemError, type RequestsAnswer, type SandboxClient } from '@svclab/client';
import { useRef, useState, type ReactNode } from 'react';
import { Distribution, showTrace, type TracedRequest } from '../packet-path/index.js';
import { useSandbox } from '../sandbox-provider/index.js';
import styles from './request-loop.module.css';

export interface RequestLoopProps {
  /** Who sends: `pod/default/net-pod`. */
  readonly from: string;
  /** Name of a Service in namespace default; its first port is asked. */
  readonly service: string;
  readonly count?: number;
}

/** Sends many requests to a Service and shows who answered how often; each bar opens the way of one that went there. */
export function RequestLoop({ from, service, count = 100 }: RequestLoopProps): ReactNode {
  const { sandbox } = useSandbox();
  const [sent, setSent] = useState<{ readonly to: string; readonly answer: RequestsAnswer }>();
  const { busy, problem, attempt } = useAttempt();
  /** Kept until the answer is here: pressed again after a lost answer, the hundred are not sent twice. */
  const idempotencyKey = useRef<string>(undefined);

  const send = (): void =>
    attempt(async () => {
      const client = await sandbox.ensure();
      const to = await addressOf(client, service);
      idempotencyKey.current ??= newIdempotencyKey();
      const answer = await client.requests({ from, to, count }, { idempotencyKey: idempotencyKey.current });
      idempotencyKey.current = undefined;
      setSent({ to, answer });
    });
  const follow = (pod: string): void =>
    attempt(async () => {
      const { branches } = await (await sandbox.ensure()).traces({ from, to: sent!.to });
      const there = (branches as unknown as readonly TracedRequest[]).find(({ trace }) => trace.forward.at(-1)?.title.endsWith(`/${pod}`));
      if (there) showTrace(there);
    });
  const isPod = (name: string): boolean => sent?.answer.results.some(({ hostname }) => hostname === name) ?? false;

  return (
    <div className={styles.loop}>
      <div className={styles.head}>
        <button type="button" className={styles.send} onClick={send} disabled={busy}>
          {translate({ id: 'requestLoop.send', message: 'Send {count} requests' }, { count })}
        </button>
        <span className={styles.about}>
          {from.replace(/^pod\/default\//, '')} → {sent?.to ?? service}
        </span>
      </div>
      {problem !== undefined && (
        <p className={styles.problem} role="alert" lang="en">
          {problem}
        </p>
      )}
      {sent && <Distribution counts={sent.answer.distribution} onOpen={follow} canOpen={isPod} />}
    </div>
  );
}

/** One thing at a time, and what the server said when it refused. */
function useAttempt(): {
  readonly busy: boolean;
  readonly problem: string | undefined;
  readonly attempt: (work: () => Promise<void>) => void;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const attempt = (work: () => Promise<void>): void => {
    setBusy(true);
    setProblem(undefined);
    work()
      .catch((error: unknown) => setProblem(error instanceof ProblemError ? error.problem.detail : (error as Error).message))
      .finally(() => setBusy(false));
  };
  return { busy, problem, attempt };
}

/** `10.200.1.206:9000`. Throws what the server says when there is no such Service. */
async function addressOf({ api }: SandboxClient, name: string): Promise<string> {
  const params = { path: { id: 'current', namespace: 'default', name } };
  const { data } = await api.GET('/api/v1/sandboxes/{id}/services/{namespace}/{name}', { params });
  const { clusterIP, ports } = data!.spec as { clusterIP: string; ports: readonly { port: number }[] };
  return `${clusterIP}:${ports[0]!.port}`;
}
