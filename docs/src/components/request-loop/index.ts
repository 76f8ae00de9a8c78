export { RequestLoop, type RequestLoopProps } from './request-loop.js';
