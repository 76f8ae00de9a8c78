import type { ReactNode } from 'react';
import Translate, { translate } from '@docusaurus/Translate';
import Heading from '@theme/Heading';
import Layout from '@theme/Layout';
import blocks from '../../../plugins/landing/blocks.json';
import ChapterList from '../chapter-list/index.js';
import { PacketPath, type TracedRequest, useShownTrace } from '../packet-path/index.js';
import { RunBlock } from '../run-block/index.js';
import { SandboxRibbon } from '../sandbox-provider/index.js';
import styles from './styles.module.css';

/** The thing itself: two blocks that run, the path of the request that they send, and where to go on. */
export default function LandingPage({ recorded }: { readonly recorded: TracedRequest }): ReactNode {
  return (
    <Layout title={translate({ id: 'landing.title', message: 'Kubernetes Services, every packet explained' })}>
      <SandboxRibbon />
      <main className={styles.page}>
        <Heading as="h1">
          <Translate id="landing.heading">One address, three pods: see who answers, and why</Translate>
        </Heading>
        <div className={styles.bench}>
          <div className={styles.blocks}>
            <Heading as="h2">
              <Translate id="landing.setup">Put three web servers behind one address</Translate>
            </Heading>
            <RunBlock id="home/setup" command={blocks.setup} />
            <Heading as="h2">
              <Translate id="landing.request">Ask that address</Translate>
            </Heading>
            <RunBlock id="home/request" command={blocks.request} />
          </div>
          <RequestPath recorded={recorded} />
        </div>
        <section className={styles.chapters}>
          <Heading as="h2" id="chapters">
            <Translate id="landing.chapters">Chapters</Translate>
          </Heading>
          <ChapterList />
        </section>
      </main>
    </Layout>
  );
}

/** The reader's own request once there is one. */
function RequestPath({ recorded }: { readonly recorded: TracedRequest }): ReactNode {
  const own = useShownTrace();
  const origin = own ? (
    <Translate id="landing.path.own">your request</Translate>
  ) : (
    <Translate id="landing.path.recorded">recorded when this page was built</Translate>
  );
  return (
    // Blocks that follow a request look for this place.
    <div id="packet-path" tabIndex={-1}>
      <PacketPath request={own ?? recorded} origin={origin} />
    </div>
  );
}
