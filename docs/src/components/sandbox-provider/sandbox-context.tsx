import type { SandboxClient } from '@svclab/client';
import useBaseUrl from '@docusaurus/useBaseUrl';
import { useLocation } from '@docusaurus/router';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { scopeOf } from './scope.js';
import { NOTHING, type SandboxState } from './sandbox-state.js';
import { SandboxStore } from './sandbox-store.js';

const SandboxContext = createContext<SandboxStore | undefined>(undefined);

/** Gives the page below its own sandbox. Nothing is asked of the server before the first run. */
export function SandboxProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const scope = scopeOf(useLocation().pathname, useBaseUrl('/'));
  const store = useMemo(() => new SandboxStore(scope), [scope]);
  useEffect(() => store.open(), [store]);
  return <SandboxContext.Provider value={store}>{children}</SandboxContext.Provider>;
}

/** The reader's sandbox of this page, and how it stands. */
export function useSandbox(): {
  readonly sandbox: SandboxStore;
  readonly state: SandboxState;
  /** Undefined until something has been run. */
  readonly client: SandboxClient | undefined;
} {
  const sandbox = useContext(SandboxContext);
  if (!sandbox) throw new Error('useSandbox stands outside of a SandboxProvider');
  const state = useSyncExternalStore(sandbox.subscribe, sandbox.state, () => NOTHING);
  return { sandbox, state, client: sandbox.client };
}
