export { evaluateJsonPath, formatJsonPath, type EvaluateOptions } from './evaluate.js';
export { JsonPathError, parseJsonPath, type JsonPathNode } from './parse.js';
