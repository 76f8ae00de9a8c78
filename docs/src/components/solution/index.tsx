import Translate from '@docusaurus/Translate';
import type { ReactNode } from 'react';
import { RunBlock } from '../run-block/index.js';
import styles from './styles.module.css';

/** One way that passes, as a block that runs. */
export function Solution({ id, commands }: { readonly id: string; readonly commands: readonly string[] }): ReactNode {
  return (
    <div className={styles.solution}>
      <strong>
        <Translate id="solution.title">One way that passes</Translate>
      </strong>
      <RunBlock id={`${id}/solution`} command={commands.join('\n')} />
    </div>
  );
}
