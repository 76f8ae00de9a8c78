import Translate, { translate } from '@docusaurus/Translate';
import type { SandboxSummary } from '@svclab/client';
import type { ReactNode } from 'react';
import { useSandbox } from '../sandbox-provider/index.js';
import { Card } from './card.js';
import styles from './rail.module.css';

/** From this share of its entries on, a sandbox says how full it is. */
const NEARLY_FULL = 0.8;

/** What the sandbox is, what time it is there, and how much of its log is used. */
export function SandboxCard({ summary }: { readonly summary: SandboxSummary | undefined }): ReactNode {
  const { state } = useSandbox();
  const title = translate({ id: 'rail.sandbox', message: 'Your sandbox' });
  if (!summary || state.status !== 'ready') {
    return (
      <Card title={title}>
        <p className={styles.empty}>
          {state.status === 'none' ? (
            <Translate id="rail.sandbox.none">A four-node kind cluster of your own, made at the first Run.</Translate>
          ) : state.status === 'gone' ? (
            <Translate id="rail.sandbox.gone">The server no longer knows it.</Translate>
          ) : (
            <Translate id="rail.sandbox.asking">Being looked at.</Translate>
          )}
        </p>
      </Card>
    );
  }
  const { profile, counts, proxyMode, maxEntries } = summary;
  const seq = Math.max(state.seq, summary.seq);
  const used = seq / maxEntries;
  return (
    <Card title={title}>
      <dl className={styles.facts}>
        <dt>{translate({ id: 'rail.cluster', message: 'Cluster' })}</dt>
        <dd>{translate({ id: 'rail.cluster.nodes', message: '{profile}, {nodes} nodes' }, { profile, nodes: counts.nodes })}</dd>
        <dt>{translate({ id: 'rail.proxy-mode', message: 'Proxy mode' })}</dt>
        <dd>{proxyMode}</dd>
        <dt>{translate({ id: 'rail.time', message: 'Cluster time' })}</dt>
        <dd>{clockOf(state.virtualTime ?? summary.virtualTime)}</dd>
        <dt>{translate({ id: 'rail.entries', message: 'Entries' })}</dt>
        <dd>{translate({ id: 'rail.entries.of', message: '{seq} of {max}' }, { seq: grouped(seq), max: grouped(maxEntries) })}</dd>
      </dl>
      {used >= NEARLY_FULL && (
        <meter
          className={styles.meter}
          min={0}
          max={maxEntries}
          value={seq}
          aria-label={translate({ id: 'rail.entries', message: 'Entries' })}
        />
      )}
    </Card>
  );
}

/** `07:42:10 UTC`: what `date` prints in the cluster. */
const clockOf = (isoTime: string): string => `${isoTime.slice(11, 19)} UTC`;

const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
