import type { ReactNode } from 'react';
import { useHistorySelector } from '@docusaurus/theme-common';
import { useAlternatePageUtils } from '@docusaurus/theme-common/internal';
import { translate } from '@docusaurus/Translate';
import useDocusaurusContext from '@docusaurus/useDocusaurusContext';
import type { Props } from '@theme/NavbarItem/LocaleDropdownNavbarItem';
import styles from './styles.module.css';

/** The languages side by side, each a link to this very page: with two of them a menu would only hide one. */
export default function LanguageSwitch({ mobile }: Props): ReactNode {
  const { i18n } = useDocusaurusContext();
  const { createUrl } = useAlternatePageUtils();
  const rest = useHistorySelector(({ location }) => `${location.search}${location.hash}`);
  const label = translate({ id: 'navbar.language', message: 'Language' });
  return (
    <nav className={mobile ? `menu__list-item ${styles.inMenu}` : styles.inBar} aria-label={label}>
      <ul className={styles.switch}>
        {i18n.locales.map((locale) => {
          const { htmlLang, label: name } = i18n.localeConfigs[locale]!;
          return (
            <li key={locale}>
              <a
                href={`${createUrl({ locale, fullyQualified: false })}${rest}`}
                lang={htmlLang}
                hrefLang={htmlLang}
                aria-current={locale === i18n.currentLocale ? 'true' : undefined}
              >
                {name}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
