export { PagePath } from './follow-request.js';
export { RunBlock, type RunBlockProps } from './run-block.js';
