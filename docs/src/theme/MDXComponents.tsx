import MDXComponents from '@theme-original/MDXComponents';
import ChapterList from '../components/chapter-list/index.js';
import { Check } from '../components/check/index.js';
import { Debrief } from '../components/debrief/index.js';
import { Goal } from '../components/goal/index.js';
import { Hint } from '../components/hint/index.js';
import { PagePath, RunBlock } from '../components/run-block/index.js';
import { ClusterPicture } from '../components/cluster-picture/index.js';
import { RequestLoop } from '../components/request-loop/index.js';
import { Solution } from '../components/solution/index.js';
import { Step } from '../components/step/index.js';

/**
 * What a page of the guide may use without importing it. Each component lives in its own folder under `src/components`;
 * one that is added there is added here by name. Picture and path are those of the reader's own sandbox.
 */
export default {
  ...MDXComponents,
  ChapterList,
  Check,
  ClusterPicture,
  Debrief,
  Goal,
  Hint,
  PacketPath: PagePath,
  RequestLoop,
  RunBlock,
  Solution,
  Step,
};
