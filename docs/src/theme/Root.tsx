import type { ReactNode } from 'react';
import { SandboxProvider } from '../components/sandbox-provider/index.js';

/** Around every page: its reader's own sandbox. */
export default function Root({ children }: { readonly children: ReactNode }): ReactNode {
  return <SandboxProvider>{children}</SandboxProvider>;
}
