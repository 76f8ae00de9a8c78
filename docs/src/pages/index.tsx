import type { ReactNode } from 'react';
import Translate, { translate } from '@docusaurus/Translate';
import Layout from '@theme/Layout';

export default function Landing(): ReactNode {
  return (
    <Layout title={translate({ id: 'landing.title', message: 'Kubernetes Services, every packet explained' })}>
      <main className="container margin-vert--lg">
        <h1>
          <Translate id="landing.heading">One address, three pods: see who answers, and why</Translate>
        </h1>
      </main>
    </Layout>
  );
}
