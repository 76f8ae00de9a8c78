import type { ReactNode } from 'react';
import { translate } from '@docusaurus/Translate';
import { useDoc } from '@docusaurus/plugin-content-docs/client';
import DocItemContent from '@theme/DocItem/Content';
import DocItemPaginator from '@theme/DocItem/Paginator';
import DocItemTOCDesktop from '@theme/DocItem/TOC/Desktop';
import type { Props } from '@theme/DocItem/Layout';
import { Rail } from '../../../components/rail/index.js';
import { SandboxRibbon } from '../../../components/sandbox-provider/index.js';
import styles from './styles.module.css';

/** A chapter with a sandbox of its own: the article on the surface, and beside it, where there is room, a rail. */
export default function DocItemLayout({ children }: Props): ReactNode {
  const { toc } = useDoc();
  return (
    <>
      <SandboxRibbon />
      <div className={styles.layout}>
        <div className={styles.column}>
          <article>
            <DocItemContent>{children}</DocItemContent>
          </article>
          <DocItemPaginator />
        </div>
        {toc.length > 0 && (
          <aside className={styles.rail} aria-label={translate({ id: 'rail', message: 'Beside the chapter' })}>
            <div className={styles.sticky}>
              <Rail />
              <DocItemTOCDesktop />
            </div>
          </aside>
        )}
      </div>
    </>
  );
}
