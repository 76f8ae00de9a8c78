import MDXComponents from '@theme-original/MDXComponents';
import ChapterList from '../components/chapter-list/index.js';

/**
 * What a page of the guide may use without importing it. Each component lives in its own folder under `src/components`;
 * one that is added there is added here by name.
 */
export default { ...MDXComponents, ChapterList };
