import Translate, { translate } from '@docusaurus/Translate';
import type { IpvsStep } from '@svclab/netfilter';
import type { ReactNode } from 'react';
import styles from './panes.module.css';

/** What the virtual server of IPVS decided, and what it remembers of the connection. */
export function VirtualServer({ step: { service, server, why, connection } }: { readonly step: IpvsStep }): ReactNode {
  const rows: readonly (readonly [string, string])[] = [
    [translate({ id: 'packetPath.ipvs.service', message: 'virtual service' }), service],
    [translate({ id: 'packetPath.ipvs.server', message: 'real server' }), server ?? '–'],
  ];
  return (
    <div>
      <p className={styles.paneTitle}>
        <Translate id="packetPath.ipvs.title">IPVS virtual server</Translate>
      </p>
      <dl className={styles.fields}>
        {rows.map(([name, value]) => (
          <div key={name} className={styles.field}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.note} lang="en">
        {why}
      </p>
      {connection && (
        <div className={styles.verbatim}>
          <code>{connection}</code>
        </div>
      )}
    </div>
  );
}
