import Translate, { translate } from '@docusaurus/Translate';
import type { Trace } from '@svclab/netstack';
import { useId, type ReactNode } from 'react';
import { KindSign, useShownTrace } from '../packet-path/index.js';
import { useLook } from '../sandbox-look/use-look.js';
import styles from './cluster-picture.module.css';
import { clusterView, type ClusterObjects, type PicturedNode, type PicturedPod, type PicturedService } from './cluster-view.js';
import { readObjects } from './read-objects.js';

export interface ClusterPictureProps {
  /** What to show; without it the reader's own cluster as it is now, and before there is one, how it comes about. */
  readonly objects?: ClusterObjects | undefined;
}

/** A cluster with the Services in it, marked where the packet went whose path the page shows. */
export function ClusterPicture({ objects: given }: ClusterPictureProps): ReactNode {
  const { value: own } = useLook(readObjects, given === undefined);
  const objects = given ?? own;
  const shown = useShownTrace();
  const titleId = useId();
  return (
    <figure className={styles.picture} aria-labelledby={titleId}>
      <figcaption id={titleId} className={styles.title}>
        <Translate id="clusterPicture.title">Your cluster now</Translate>
      </figcaption>
      {objects ? (
        <PicturedCluster objects={objects} trace={shown?.trace} />
      ) : (
        <p className={styles.empty}>
          <Translate id="clusterPicture.empty">The first Run on this page makes a cluster of four nodes. It appears here.</Translate>
        </p>
      )}
    </figure>
  );
}

interface PicturedClusterProps {
  readonly objects: ClusterObjects;
  /** Marked where it went and where it was decided. */
  readonly trace: Trace | undefined;
}

/**
 * Nodes, the pods on them, and each Service as what it is, rules on every node. The picture is a list in boxes: what the
 * eye sees is what a screen reader reads.
 */
function PicturedCluster({ objects, trace }: PicturedClusterProps): ReactNode {
  const marks = marksOf(trace);
  const { nodes, services, unplaced } = clusterView(objects);
  return (
    <>
      <ul className={styles.services}>
        {services.map((service) => (
          <ServiceItem key={`${service.namespace}/${service.name}`} service={service} />
        ))}
      </ul>
      <ul className={styles.nodes}>
        {nodes.map((node) => (
          <NodeItem key={node.name} node={node} hasRules={services.length > 0} marks={marks} />
        ))}
      </ul>
      {unplaced.length > 0 && (
        <ul className={styles.services}>
          {unplaced.map((pod) => (
            <PodItem key={pod.name} pod={pod} marks={marks} />
          ))}
        </ul>
      )}
      <p className={styles.note}>
        {services.length > 0 ? (
          <Translate id="clusterPicture.rules">
            A Service is no box. It exists only as rules, the same on every node; the node that sends applies them.
          </Translate>
        ) : (
          <Translate id="clusterPicture.noService">No Service of yours yet: no node has rules for one.</Translate>
        )}
      </p>
    </>
  );
}

function ServiceItem({ service: { name, addresses, endpoints } }: { readonly service: PicturedService }): ReactNode {
  return (
    <li className={styles.service}>
      <span className={styles.chip}>Service</span> <b>{name}</b> <span className={styles.mono}>{addresses.join(', ')}</span>{' '}
      <span className={styles.quiet}>
        {endpoints.length === 0
          ? translate({ id: 'clusterPicture.noEndpoints', message: 'no endpoints' })
          : translate({ id: 'clusterPicture.endpoints', message: 'endpoints: {list}' }, { list: endpoints.join(', ') })}
      </span>
    </li>
  );
}

/** Namespaces of a trace, by what happened there. */
interface Marks {
  readonly decided: ReadonlySet<string>;
  readonly touched: ReadonlySet<string>;
}

/** Where a Service's rule took the packet, and which kernels it crossed. */
function marksOf(trace: Trace | undefined): Marks {
  const hops = trace?.forward ?? [];
  const decided = hops.filter(({ steps }) => steps.some((step) => step.kind === 'rule' && step.rule.cause !== undefined));
  return { decided: new Set(decided.map(({ netns }) => netns)), touched: new Set(hops.map(({ netns }) => netns)) };
}

interface NodeItemProps {
  readonly node: PicturedNode;
  readonly hasRules: boolean;
  readonly marks: Marks;
}

function NodeItem({ node: { name, address, pods }, hasRules, marks }: NodeItemProps): ReactNode {
  const netns = `node/${name}`;
  const decided = marks.decided.has(netns);
  return (
    <li className={styles.node} data-touched={marks.touched.has(netns) || undefined}>
      <p className={styles.nodeName}>
        <KindSign kind="node" /> <b>{name}</b> <span className={styles.mono}>{address}</span>
      </p>
      <ul className={styles.pods}>
        {pods.map((pod) => (
          <PodItem key={pod.name} pod={pod} marks={marks} />
        ))}
      </ul>
      {hasRules && (
        <p className={decided ? styles.decided : styles.rules}>
          <Translate id="clusterPicture.chip">rules</Translate>
          {decided && (
            <>
              {' '}
              <Translate id="clusterPicture.decided">decided</Translate>
            </>
          )}
        </p>
      )}
    </li>
  );
}

function PodItem({
  pod: { name, namespace, address, phase, serves },
  marks,
}: {
  readonly pod: PicturedPod;
  readonly marks: Marks;
}): ReactNode {
  return (
    <li className={styles.pod} data-touched={marks.touched.has(`pod/${namespace}/${name}`) || undefined}>
      <span className={styles.podName}>
        <KindSign kind="pod" /> {name}
      </span>{' '}
      <span className={styles.mono}>{address}</span>
      {phase !== 'Running' && <span className={styles.quiet}> {phase}</span>}
      {serves.length > 0 && (
        <span className="sr-only">
          {' '}
          {translate({ id: 'clusterPicture.serves', message: 'endpoint of {services}' }, { services: serves.join(', ') })}
        </span>
      )}
    </li>
  );
}
