import Translate, { translate } from '@docusaurus/Translate';
import type { ReactNode } from 'react';
import { destinationText, markText, sourceText } from './packet-words.js';
import { endsIn, type ConntrackStep, type PathHop, type PathStep } from './path-view.js';
import { conntrackTuples } from './conntrack-entry.js';
import styles from './panes.module.css';

/** The packet as it came to a step and as it left it; what changed is struck and inserted. */
export function PacketDiff({ step }: { readonly step: PathStep }): ReactNode {
  const { before, after, state, mark } = step;
  const rows: readonly (readonly [string, string, string])[] = [
    [translate({ id: 'packetPath.packet.source', message: 'source' }), sourceText(before), sourceText(after)],
    [translate({ id: 'packetPath.packet.destination', message: 'destination' }), destinationText(before), destinationText(after)],
    [translate({ id: 'packetPath.packet.state', message: 'state' }), state ?? '–', state ?? '–'],
    [translate({ id: 'packetPath.packet.mark', message: 'mark' }), markText(mark), markText(mark)],
    ['ttl', String(before.ttl), String(after.ttl)],
  ];
  return (
    <div>
      <p className={styles.paneTitle}>
        <Translate id="packetPath.packet.title">Packet, before and after</Translate>
      </p>
      <dl className={styles.fields}>
        {rows.map(([name, was, is]) => (
          <div key={name} className={styles.field}>
            <dt>{name}</dt>
            <dd>
              {was === is ? (
                is
              ) : (
                <>
                  <del>{was}</del> <ins>{is}</ins>
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** What conntrack of this kernel holds of the packet's connection, once the packet has met it. */
export function ConntrackPane({ hop, step }: { readonly hop: PathHop; readonly step: PathStep }): ReactNode {
  const met = hop.steps.filter((each) => each.index <= step.index).findLast((each) => each.content.kind === 'conntrack');
  if (!met) return null;
  const told = met.content as ConntrackStep;
  const lost = told.created && endsIn(hop);
  const tuples = told.entry === null ? undefined : conntrackTuples(told.entry, hop, step);
  return (
    <div>
      <p className={styles.paneTitle}>
        {lost ? (
          <Translate id="packetPath.conntrack.lost">conntrack, not kept</Translate>
        ) : told.created ? (
          <Translate id="packetPath.conntrack.born">conntrack, from now on</Translate>
        ) : (
          <Translate id="packetPath.conntrack.used">conntrack, as remembered</Translate>
        )}
      </p>
      {tuples ? (
        <dl className={styles.fields}>
          {tuples.map(({ direction, source, destination, changed }) => (
            <div key={direction} className={styles.field}>
              <dt>
                {direction === 'original' ? (
                  <Translate id="packetPath.conntrack.original">original</Translate>
                ) : (
                  <Translate id="packetPath.conntrack.reply">reply</Translate>
                )}
              </dt>
              <dd>
                {changed === 'source' ? <ins>{source}</ins> : source}
                <br />→ {changed === 'destination' ? <ins>{destination}</ins> : destination}
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className={styles.note}>
          <Translate id="packetPath.conntrack.none">No connection that conntrack can follow.</Translate>
        </p>
      )}
      {lost && (
        <p className={styles.note}>
          <Translate id="packetPath.conntrack.unconfirmed">An entry is kept only once its packet has passed all rules.</Translate>
        </p>
      )}
      {told.created && !lost && (
        <p className={styles.note}>
          <Translate id="packetPath.conntrack.later">Later packets of this connection skip the nat rules.</Translate>
        </p>
      )}
    </div>
  );
}
