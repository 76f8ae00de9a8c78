import type { ReactNode } from 'react';
import Translate, { translate } from '@docusaurus/Translate';
import Heading from '@theme/Heading';
import Layout from '@theme/Layout';
import type { SimulatedContent } from '../../../plugins/simulated/index.js';
import type { Simplification } from '../../../plugins/simulated/simplifications.js';
import { roomTitle } from './room-title.js';
import styles from './styles.module.css';

/** What is and what is not simulated: nothing here is written by hand but the headings. */
export default function SimulatedPage({ content }: { readonly content: SimulatedContent }): ReactNode {
  const title = translate({ id: 'simulated.title', message: 'What is simulated' });
  return (
    <Layout title={title}>
      <main className={`container ${styles.page}`}>
        <article>
          <Heading as="h1">{title}</Heading>
          <p className={styles.lead}>
            <Translate id="simulated.lead">
              Everything that a lab command prints is computed: rules by a kube-proxy, verdicts by a netfilter, connections by a conntrack.
              No real packet leaves this server.
            </Translate>
          </p>
          <p>
            <Translate id="simulated.affiliation">
              svclab is not affiliated with the Kubernetes project. Kubernetes is a registered trademark of The Linux Foundation.
            </Translate>
          </p>
          <Versions versions={content.versions} />
          <Differences simplifications={content.simplifications} />
        </article>
      </main>
    </Layout>
  );
}

function Versions({ versions }: Pick<SimulatedContent, 'versions'>): ReactNode {
  return (
    <section>
      <Heading as="h2" id="versions">
        <Translate id="simulated.versions">Versions</Translate>
      </Heading>
      <p>
        <Translate id="simulated.versions.source">Asked from a fresh sandbox when this page was built.</Translate>
      </p>
      <dl className={styles.versions}>
        {versions.map(({ program, command, output }) => (
          <div key={program}>
            <dt>{program}</dt>
            <dd>
              <pre className={styles.output}>{output}</pre>
              <code className={styles.command}>{command}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Differences({ simplifications }: Pick<SimulatedContent, 'simplifications'>): ReactNode {
  const rooms = [...new Set(simplifications.map(({ room }) => room))];
  return (
    <section>
      <Heading as="h2" id="differences">
        <Translate id="simulated.differences">Where it differs from a real cluster</Translate>
      </Heading>
      <p>
        <Translate id="simulated.differences.source" values={{ count: simplifications.length, rooms: rooms.length }}>
          {'{count} known differences in {rooms} parts, each from the comment beside the code that makes it.'}
        </Translate>
      </p>
      {rooms.map((room) => (
        <section key={room}>
          <Heading as="h3" id={`room-${room}`}>
            {roomTitle(room)}
          </Heading>
          <ul className={styles.differences} lang="en">
            {simplifications
              .filter((each) => each.room === room)
              .map((each) => (
                <Difference key={`${each.file}:${each.line}`} {...each} />
              ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

function Difference({ sentence, file, line }: Simplification): ReactNode {
  return (
    <li>
      <span>{withCode(sentence)}</span>
      <code className={styles.place}>
        {file}:{line}
      </code>
    </li>
  );
}

/** Backticks mark code, as in the comment. */
const withCode = (sentence: string): ReactNode[] =>
  sentence.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
