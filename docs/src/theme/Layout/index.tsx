import type { ReactNode } from 'react';
import useRouteContext from '@docusaurus/useRouteContext';
import Layout from '@theme-original/Layout';
import type { Props } from '@theme/Layout';

const SEARCH_PLUGIN = '@easyops-cn/docusaurus-search-local';

/** As the theme's, with the landmark that the search plugin's own page lacks. */
export default function LandmarkedLayout({ children, ...props }: Props): ReactNode {
  const { plugin } = useRouteContext();
  return <Layout {...props}>{plugin.name === SEARCH_PLUGIN ? <main>{children}</main> : children}</Layout>;
}
