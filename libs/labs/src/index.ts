export { CHAPTERS, findChapter } from './chapters.js';
export { evaluate } from './evaluate.js';
export { render } from './render.js';
export { report, type CheckReport } from './report.js';
export {
  LANGUAGES,
  type Chapter,
  type Check,
  type CheckResult,
  type ConditionStatus,
  type Evaluation,
  type Language,
  type Message,
  type Step,
  type Texts,
} from './types.js';
