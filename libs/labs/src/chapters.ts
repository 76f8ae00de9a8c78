import { clusterip } from './01-clusterip/chapter.js';
import type { Chapter } from './types.js';

/** In the order of the course. */
export const CHAPTERS: readonly Chapter[] = [clusterip];

export const findChapter = (id: string): Chapter | undefined => CHAPTERS.find((chapter) => chapter.id === id);
