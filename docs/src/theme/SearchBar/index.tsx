import OriginalSearchBar from '@theme-original/SearchBar';
import { type ComponentProps, type ReactNode, useEffect, useRef } from 'react';
import styles from './styles.module.css';

const EDITABLE = 'input, textarea, select, [contenteditable]';
const take = (field: HTMLElement): void => HTMLElement.prototype.focus.call(field);

/**
 * The plugin's field, made polite. The plugin takes the focus when its index has arrived, wherever the reader is by then; its
 * shortcut also catches a slash that is part of a command being written; and it is named in English in every language.
 */
export default function SearchBar(props: ComponentProps<typeof OriginalSearchBar>): ReactNode {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const field = bar.current?.querySelector('input');
    if (!field) return undefined;
    field.type = 'search';
    field.ariaLabel = field.placeholder;
    // The plugin moves its field within the page while it is in use, and the focus falls to the body: that much is to be mended.
    field.focus = () => {
      if (document.activeElement === document.body) take(field);
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing;
      if (event.key !== '/' || !isPlain || (event.target as Element).closest?.(EDITABLE)) return;
      event.preventDefault();
      take(field);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <div ref={bar} className={styles.bar}>
      <OriginalSearchBar {...props} />
      <kbd className={styles.key} aria-hidden="true">
        /
      </kbd>
    </div>
  );
}
