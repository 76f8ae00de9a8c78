export { exec, labSandbox, perform } from './lab-sandbox.js';
