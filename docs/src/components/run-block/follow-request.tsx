import Translate from '@docusaurus/Translate';
import type { Trace } from '@svclab/netstack';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { showTrace } from '../packet-path/trace-channel.js';
import type { TracedRequest } from '../packet-path/index.js';
import { useSandbox } from '../sandbox-provider/index.js';
import styles from './run-block.module.css';

/** Where the page shows the path of a packet, if it has such a place. */
const PAGE_PATH_ID = 'packet-path';

const PacketPath = lazy(async () => ({ default: (await import('../packet-path/index.js')).PacketPath }));

/** Opens the way of a request that a command sent: at the page's own packet path, or else below the block. */
export function FollowRequest({ traceId }: { readonly traceId: string }): ReactNode {
  const { client } = useSandbox();
  const [here, setHere] = useState<TracedRequest>();
  const [failed, setFailed] = useState(false);

  const follow = async (): Promise<void> => {
    try {
      const { trace, text } = await client!.trace(traceId);
      const request = { traceId, text, trace: trace as unknown as Trace };
      setFailed(false);
      showTrace(request);
      const place = document.getElementById(PAGE_PATH_ID);
      if (!place) return setHere(request);
      place.focus({ preventScroll: true });
      place.scrollIntoView({ block: 'start' });
    } catch {
      setFailed(true);
    }
  };

  return (
    <>
      <button type="button" className={styles.follow} onClick={() => void follow()}>
        <Translate id="run.follow">Follow one of them</Translate>
      </button>
      {failed && (
        <span>
          <Translate id="run.follow.failed">Its trace cannot be had now.</Translate>
        </span>
      )}
      {here && (
        <div className={styles.followed}>
          <Suspense>
            <PacketPath request={here} />
          </Suspense>
        </div>
      )}
    </>
  );
}

/** The place of a page where followed requests appear. */
export function PagePath(): ReactNode {
  return (
    <div id={PAGE_PATH_ID} tabIndex={-1}>
      <Suspense>
        <PacketPath />
      </Suspense>
    </div>
  );
}
