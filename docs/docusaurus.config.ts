import type { Config } from '@docusaurus/types';
import type { UserThemeConfig } from '@docusaurus/theme-common';

const themeConfig: UserThemeConfig = {
  colorMode: { defaultMode: 'light', disableSwitch: false, respectPrefersColorScheme: true },
  docs: { versionPersistence: 'localStorage', sidebar: { hideable: false, autoCollapseCategories: false } },
  navbar: {
    hideOnScroll: false,
    title: 'svclab',
    logo: { alt: '', src: 'img/logo.svg', srcDark: 'img/logo-dark.svg', width: 26, height: 26 },
    items: [
      { type: 'docSidebar', sidebarId: 'guide', label: 'Guide', position: 'left' },
      { to: '/simulated', label: 'What is simulated', position: 'left' },
      { type: 'search', position: 'right' },
      { type: 'localeDropdown', position: 'right' },
    ],
  },
  footer: {
    style: 'light',
    links: [{ label: 'What is simulated', to: '/simulated' }, { html: '<a class="footer__link-item" href="/api/docs">REST API</a>' }],
    copyright: 'svclab simulates a cluster. It is not affiliated with Kubernetes.',
  },
};

/** No preset: the classic one brings a blog, analytics and a hosted search that an offline classroom never uses. */
const config: Config = {
  title: 'svclab',
  tagline: 'Kubernetes Services, every packet explained',
  favicon: 'img/favicon.svg',
  url: 'http://localhost:3000',
  baseUrl: '/',
  trailingSlash: false,
  onBrokenLinks: 'throw',
  onBrokenAnchors: 'throw',
  onDuplicateRoutes: 'throw',
  markdown: { hooks: { onBrokenMarkdownLinks: 'throw', onBrokenMarkdownImages: 'throw' } },
  i18n: {
    defaultLocale: 'en',
    locales: ['en', 'ko'],
    localeConfigs: { en: { label: 'EN', htmlLang: 'en' }, ko: { label: '한국어', htmlLang: 'ko' } },
  },
  future: { v4: true, faster: true },
  plugins: [
    ['@docusaurus/plugin-content-docs', { path: 'guide', routeBasePath: 'guide', sidebarPath: './sidebars.ts', breadcrumbs: false }],
    './plugins/typescript-imports.ts',
    './plugins/korean-search.ts',
    './plugins/landing/index.ts',
    './plugins/simulated/index.ts',
    './plugins/chapters.ts',
  ],
  themes: [
    [
      '@docusaurus/theme-classic',
      { customCss: ['./src/css/fonts.css', './src/css/fonts/hangul.css', './src/css/tokens.css', './src/css/site.css'] },
    ],
    [
      '@easyops-cn/docusaurus-search-local',
      {
        language: ['ko', 'en'],
        hashed: 'filename',
        indexBlog: false,
        indexPages: true,
        docsRouteBasePath: 'guide',
        docsDir: 'guide',
        removeDefaultStopWordFilter: ['en'],
        // src/theme/SearchBar has its own.
        searchBarShortcut: false,
        fuzzyMatchingDistance: 1,
      },
    ],
  ],
  themeConfig,
};

export default config;
